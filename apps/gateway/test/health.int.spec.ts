import { moduleNames } from '@thali/contracts';
import { createApp, type App } from '@thali/kit/nest/run';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gateway } from '../src/gateway';

type Answer = { status: 'ok' | 'degraded' | 'unavailable'; parts: Record<string, string> };
const services = moduleNames;

describe('the readiness of the gateway', () => {
  const servers: Server[] = [];
  /** What each service says of itself; one that is not there does not answer at all. */
  const answers = new Map<string, Answer>();
  let app: App;
  let url: string;

  async function aService(name: string): Promise<string> {
    const server = createServer((_, response) => {
      const answer = answers.get(name);
      if (!answer) return void response.destroy();
      response.writeHead(answer.status === 'unavailable' ? 503 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer));
    }).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  beforeAll(async () => {
    const urls = services.map(async (name) => [`THALI_${name.toUpperCase()}_URL`, await aService(name)]);
    app = await createApp({ ...gateway, env: { PORT: '0', ...Object.fromEntries(await Promise.all(urls)) } });
    url = await app.start();
  });
  afterAll(async () => {
    await app.stop();
    for (const server of servers) server.close();
  });
  beforeEach(() => {
    for (const name of services) answers.set(name, { status: 'ok', parts: { [name]: 'ok', rabbitmq: 'ok' } });
  });

  const ready = async () => {
    const answer = await fetch(`${url}/health/ready`);
    return [answer.status, (await answer.json()) as Answer] as const;
  };
  const ok = Object.fromEntries(services.map((name) => [name, 'ok']));

  it('is ok when all services are', async () => {
    expect(await ready()).toEqual([200, { status: 'ok', parts: ok }]);
  });

  it('is degraded, and says why, when services are, or one is away: the others are served', async () => {
    answers.set('order', { status: 'degraded', parts: { order: 'ok', rabbitmq: 'not connected for 12 s' } });
    answers.set('payment', { status: 'unavailable', parts: { payment: 'no answer within 1000 ms', rabbitmq: 'ok' } });
    answers.delete('delivery');
    const parts = {
      ...ok,
      order: 'degraded: rabbitmq not connected for 12 s',
      payment: 'unavailable: payment no answer within 1000 ms',
      delivery: 'cannot be reached',
    };
    expect(await ready()).toEqual([200, { status: 'degraded', parts }]);
  });

  it('is unavailable when no service serves', async () => {
    answers.clear();
    const parts = Object.fromEntries(services.map((name) => [name, 'cannot be reached']));
    expect(await ready()).toEqual([503, { status: 'unavailable', parts }]);
  });
});
