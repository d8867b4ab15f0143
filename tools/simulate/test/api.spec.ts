import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Api, type Call } from '../api';

/** What the server does about each request, one after another. */
type Reaction = 'hangs up' | { status: number; body: object };

const order: Call = { method: 'POST', path: '/orders', key: 'k1', body: { hungry: true } };
let server: Server;
let api: Api;

afterEach(() => {
  api.close();
  server.close();
});

/** @returns the requests it gets. */
async function aServerThat(...reactions: Reaction[]): Promise<IncomingMessage[]> {
  const requests: IncomingMessage[] = [];
  server = createServer((request, reply) => {
    const reaction = reactions[requests.push(request) - 1];
    if (reaction === undefined || reaction === 'hangs up') return request.socket.destroy();
    return reply.writeHead(reaction.status).end(JSON.stringify(reaction.body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  api = new Api(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 500);
  return requests;
}

it('asks again with the same key until it knows: after no answer, after a fault, and while the first is being worked on', async () => {
  const working = { status: 409, body: { code: 'request.still-running' } };
  const requests = await aServerThat('hangs up', { status: 503, body: {} }, working, {
    status: 202,
    body: { orderId: 'o' },
  });
  const heard: (number | undefined)[] = [];

  const { status, body } = await api.call(order, (reply) => heard.push(reply?.status));

  expect({ status, body }).toEqual({ status: 202, body: { orderId: 'o' } });
  expect(heard).toEqual([undefined, 503, 409, 202]);
  expect(requests.map(({ headers }) => headers['idempotency-key'])).toEqual(['k1', 'k1', 'k1', 'k1']);
});

it('takes a refusal for an answer', async () => {
  const requests = await aServerThat({ status: 409, body: { code: 'order.cannot-cancel' } });

  expect(await api.call(order)).toMatchObject({ status: 409 });
  expect(requests).toHaveLength(1);
});

it('gives up when its patience is at an end, and does not pretend to know', async () => {
  await aServerThat();

  await expect(api.call(order)).rejects.toThrow('POST /orders was not answered (no connection)');
});
