import { eventually } from '@thali/kit/messaging/testing';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { Client } from 'pg';
import { Library } from './library';

let library: Library;
let socket: Socket;

beforeEach(async () => {
  library = await Library.open();
  socket = connect(Number(new URL(await library.app.nest.getUrl()).port), '127.0.0.1');
  await once(socket, 'connect');
});

afterEach(async () => {
  socket.destroy();
  await library.close();
});

const lines = (...lines: string[]) => `${lines.join('\r\n')}\r\n\r\n`;

it('serves who still has a connection while the process stops, and tells him to take another', async () => {
  const bookId = await library.addBook();
  let finish = () => {};
  library.librarian.ready = new Promise((resolve) => (finish = resolve));
  const asked = new Promise<void>((resolve) => (library.librarian.asked = resolve));
  const json = 'host: library\r\ncontent-type: application/json\r\ncontent-length: 13';
  socket.write(`${lines(`POST /books/${bookId}/loans HTTP/1.1`, json, `idempotency-key: a`)}{"to":"Emil"}`);
  await asked;

  const stopped = library.app.stop();
  const { server } = library.app.nest.getHttpAdapter().getInstance() as { server: { listening: boolean } };
  await eventually(
    async () => server.listening,
    (isListening) => !isListening,
  );
  socket.write(lines('GET /books HTTP/1.1', 'host: library'));
  finish();

  const answers = await text(socket);
  await stopped;
  expect(answers.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 202', 'HTTP/1.1 200']);
  expect(answers.match(/connection: close/gi)).not.toBeNull();
});

it('hands its work over though somebody has not said all of his request', async () => {
  const url = library.db.url;
  socket.on('error', () => {});
  socket.write(lines('POST /books HTTP/1.1', 'host: library', 'content-type: application/json', 'content-length: 100'));
  await new Promise((resolve) => socket.write('{"title":', resolve));

  await library.app.stop();

  const client = new Client(url);
  await client.connect();
  const { rows } = await client.query('select distinct owner from library.leases');
  await client.end();
  expect(rows).toEqual([{ owner: null }]);
  expect(socket.destroyed || socket.readableEnded || (await once(socket, 'close'))).toBeTruthy();
});
