import { createApp, type App } from '@thali/kit/nest/run';
import { eventually } from '@thali/kit/messaging/testing';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gateway } from '../src/gateway';

/** As many as the gateway lets wait for one service. */
const concurrencyPerService = 256;

describe('the gateway, while a service', () => {
  const servers: Server[] = [];
  /** What the payment service has been asked and has not answered. */
  const unanswered: ServerResponse[] = [];
  let asked = 0;
  let app: App;
  let url: string;

  async function aService(answer: (response: ServerResponse, path?: string) => void): Promise<string> {
    const server = createServer(({ url }, response) => answer(response, url)).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  beforeAll(async () => {
    const env = {
      PORT: '0',
      THALI_PAYMENT_URL: await aService((response) => void unanswered.push(response)),
      THALI_RESTAURANT_URL: await aService((response) => void response.end('{}')),
      THALI_DELIVERY_URL: await aService((response, path) => {
        asked++;
        if (path === '/offers') response.setHeader('x-refused-share', '1');
        response.writeHead(503, { 'retry-after': '3', 'content-type': 'application/problem+json' });
        response.end('{"code":"service.overloaded"}');
      }),
    };
    app = await createApp({ ...gateway, env });
    url = await app.start();
  });

  afterAll(async () => {
    for (const response of unanswered) response.destroy();
    await app.stop();
    for (const server of servers) server.close();
  });

  it.each(['GET', 'POST'])('refuses, passes that on as it is and does not ask again: %s', async (method) => {
    asked = 0;
    const answer = await fetch(`${url}/couriers`, { method });
    expect([answer.status, answer.headers.get('retry-after'), await answer.json()]).toEqual([
      503,
      '3',
      { code: 'service.overloaded' },
    ]);
    expect(asked).toBe(1);
  });

  it('closes its door, refuses there in its place, keeps no other door shut, and soon asks again', async () => {
    asked = 0;
    const knock = async (path = '/offers') => {
      const before = asked;
      const answer = await fetch(`${url}${path}`, { method: 'POST' });
      return { answer, hasAsked: asked > before };
    };
    const first = await knock();
    expect([first.hasAsked, first.answer.headers.has('x-refused-share')]).toEqual([true, false]);

    // The news may be old already when a slow machine knocks again; then it is told anew.
    let refused = await knock();
    while (refused.hasAsked) refused = await knock();
    expect(refused.answer.status).toBe(503);
    expect(['1', '2', '3']).toContain(refused.answer.headers.get('retry-after'));
    expect(await refused.answer.json()).toMatchObject({
      code: 'service.overloaded',
      detail: expect.stringContaining('Nothing was changed'),
    });
    expect((await knock('/offers/some-id')).hasAsked).toBe(true);

    while (!(await knock()).hasAsked);
  });

  it('does not answer, lets only so many wait for it, refuses the others, and still asks the other services', async () => {
    const leaving = new AbortController();
    const ask = (signal?: AbortSignal) => fetch(`${url}/payments/some-id`, signal ? { signal } : {});
    const waiting = new Set<Promise<void>>();
    let refused: { headers: Headers; problem: object } | undefined;
    const wait = async () => {
      const { headers, body } = await ask(leaving.signal).then(async (answer) => ({
        headers: answer.headers,
        body: (await answer.json()) as { code: string },
      }));
      // On a slow machine the first are answered before the last have come: that the service did not answer in time.
      if (body.code === 'service.overloaded') refused ??= { headers, problem: body };
    };
    const waitInLine = () => {
      const asking = wait()
        .catch(() => {})
        .finally(() => waiting.delete(asking));
      waiting.add(asking);
    };
    await eventually(
      async () => {
        while (waiting.size <= concurrencyPerService) waitInLine();
        waitInLine();
        return refused;
      },
      (answer) => answer !== undefined,
      50_000,
    );
    expect(refused?.problem).toMatchObject({ code: 'service.overloaded', status: 503 });
    expect(['1', '2', '3']).toContain(refused?.headers.get('retry-after'));
    expect(unanswered.filter(({ closed }) => !closed).length).toBeLessThanOrEqual(concurrencyPerService);

    expect((await fetch(`${url}/restaurants`)).status).toBe(200);

    // Those who wait give up; the service comes to, and everybody is served again.
    leaving.abort();
    await Promise.all(waiting);
    const serve = setInterval(() => unanswered.splice(0).forEach((response) => response.end('{}')), 20);
    let answer = await ask();
    while (answer.status === 503) answer = await ask();
    clearInterval(serve);
    expect(answer.status).toBe(200);
  });
});
