import { createApp, type App } from '@thali/kit/nest/run';
import { once } from 'node:events';
import { createServer, request, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { gateway } from '../src/gateway';

/** As many as the gateway lets wait for one service. */
const concurrencyPerService = 256;

interface Asked {
  readonly method: string | undefined;
  readonly target: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

let service: Server;
let asked: Asked[] = [];
let app: App;
let port: number;

beforeAll(async () => {
  service = createServer((incoming, response) => {
    const { method, url: target, headers } = incoming;
    void buffer(incoming).then((body) => {
      asked.push({ method, target, headers, body });
      response.end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(service, 'listening');
  const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  app = await createApp({ ...gateway, env: { PORT: '0', THALI_ORDER_URL: url } });
  port = Number(new URL(await app.start()).port);
});

afterAll(async () => {
  await app?.stop();
  service.close();
});

beforeEach(() => (asked = []));

interface Wish {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

async function ask({ method = 'POST', path = '/orders', headers = {}, body }: Wish) {
  const asking = request({ port, host: '127.0.0.1', method, path, headers, agent: false });
  asking.on('error', () => {}); // A body that is refused is not heard to its end.
  const answered = once(asking, 'response');
  asking.end(body);
  const [answer] = (await answered) as [IncomingMessage];
  return { status: answer.statusCode, headers: answer.headers, body: JSON.parse(await text(answer)) as object };
}

it('passes a body on as it is, byte by byte', async () => {
  const body = Buffer.from([0x7b, 0x20, 0x22, 0xff, 0x00, 0x0a, 0x22, 0x7d]);
  for (const type of ['application/json; charset=latin1', 'text/csv', 'image/png']) {
    await ask({ headers: { 'content-type': type }, body });
    await ask({ headers: { 'content-type': type, 'transfer-encoding': 'chunked' }, body });
  }
  expect(asked.map(({ headers, body }) => [headers['content-type'], body.toString('hex')])).toEqual(
    ['application/json; charset=latin1', 'text/csv', 'image/png'].flatMap((type) => [
      [type, body.toString('hex')],
      [type, body.toString('hex')],
    ]),
  );
});

it.each<Record<string, string>>([
  { expect: '100-continue' },
  { 'keep-alive': 'timeout=5' },
  { te: 'trailers' },
  { 'proxy-connection': 'keep-alive' },
])('keeps to itself what is meant for it alone: %j', async (headers) => {
  const { status } = await ask({ headers: { ...headers, 'content-type': 'application/json', x: 'y' }, body: '{}' });
  expect(status).toBe(200);
  const [name] = Object.keys(headers);
  expect(asked).toMatchObject([{ headers: { x: 'y' } }]);
  expect(asked[0]!.headers).not.toHaveProperty(name!);
});

it('understands who asks as one asks a proxy', async () => {
  const { status } = await ask({ method: 'GET', path: `http://thali.example/orders/some-id?asOf=today` });
  expect([status, asked[0]?.target]).toEqual([200, '/orders/some-id?asOf=today']);
});

it.each<[string, Record<string, string>]>([
  ['said to be so long', {}],
  ['in pieces', { 'transfer-encoding': 'chunked' }],
])('refuses a body that is too large as the service would, and does not say that it is away: %s', async (_, more) => {
  const headers = { 'content-type': 'application/json', ...more };
  const answer = await ask({ headers, body: Buffer.alloc(3_000_000, ' ') });
  expect([answer.status, answer.body]).toEqual([413, expect.objectContaining({ code: 'request.refused' })]);
  expect(asked).toEqual([]);
});

it('tells in a problem what it cannot pass on', async () => {
  const { status, headers, body } = await ask({ headers: { 'content-type': 'no type' }, body: '{}' });
  expect([status, headers['content-type'], body]).toEqual([
    415,
    'application/problem+json; charset=utf-8',
    expect.objectContaining({ code: 'request.refused' }),
  ]);
});

it('serves others while more than it has places for have begun to say something and do not go on', async () => {
  const head =
    'POST /orders HTTP/1.1\r\nhost: thali\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"a":';
  const slow = Array.from({ length: concurrencyPerService + 1 }, () => connect(port, '127.0.0.1'));
  try {
    await Promise.all(slow.map((socket) => new Promise((resolve) => socket.write(head, resolve))));
    expect((await ask({ headers: { 'content-type': 'application/json' }, body: '{}' })).status).toBe(200);
  } finally {
    for (const socket of slow) socket.destroy();
  }
});
