import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { eventually } from '@thali/kit/messaging/testing';
import { audit } from '../../audit/audit';
import { waitForRest } from '../../audit/rest';
import { logFolderOf } from '../../jest/log-folder';
import { describeWithOwnRabbitMq } from '../../jest/with-rabbitmq';
import { Api } from '../../simulate/api';
import { haste } from '../../simulate/haste';
import { prepareTown, type Restaurant } from '../../simulate/town';
import { Deployment } from '../deployment';

jest.setTimeout(600_000);

const root = path.resolve(__dirname, '../../..');
/** Shorter than the broker is away. */
const shortLimits = { THALI_HOLD_MONEY_WITHIN_MS: '3000', THALI_ASK_KITCHEN_WITHIN_MS: '6000' };
const waiting = /^Your order is waiting: .* Nothing is lost\.$/;

interface Tracking {
  readonly status: string;
  readonly timeline: readonly { readonly what: string }[];
}

interface Menu {
  readonly sections: readonly { readonly name: string; readonly items: readonly { readonly itemId: string }[] }[];
}

// Only with a broker of our own, which nobody misses.
describeWithOwnRabbitMq('the separate services', () => {
  let deployment: Deployment;
  let api: Api;
  let restaurants: readonly Restaurant[];

  beforeAll(async () => {
    const env = { PATH: process.env.PATH, ...haste, ...shortLimits };
    deployment = await Deployment.start({ root, env, logDirectory: logFolderOf(__filename) });
    api = new Api(deployment.url);
    restaurants = (await prepareTown(api, 100)).restaurants.filter(({ autopilot }) => autopilot);
  });
  afterAll(async () => {
    api?.close();
    await deployment?.stop();
  });

  /** Everything happens by itself there. @returns the id of the order. */
  async function placeOrder({ restaurantId, items, location } = restaurants[0]!): Promise<string> {
    const reply = await fetch(`${deployment.url}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
      body: JSON.stringify({
        restaurantId,
        lines: [{ itemId: items[0]?.itemId, quantity: 1 }],
        deliverTo: { address: 'somewhere', location },
        paymentToken: 'tok_visa',
      }),
    });
    const { orderId } = (await reply.json()) as { orderId: string };
    expect([reply.status, orderId]).toEqual([202, expect.stringMatching(/^ord_/)]);
    return orderId;
  }
  const placeOrders = (count: number) => Promise.all(Array.from({ length: count }, () => placeOrder()));
  const track = (orderId: string) => api.ask<Tracking>({ method: 'GET', path: `/orders/${orderId}/tracking` });
  const timesWaiting = ({ timeline }: Tracking) => timeline.filter(({ what }) => waiting.test(what)).length;
  /** The customer has read that the order waits: its time limit was over before. */
  const toWait = (orderId: string) =>
    eventually(
      () => track(orderId),
      (tracking) => timesWaiting(tracking) > 0,
      60_000,
    );
  const toEnd = (orderId: string) =>
    eventually(
      () => track(orderId),
      ({ status }) => status === 'delivered' || status === 'cancelled',
      120_000,
    );
  const ready = async (url: string) => {
    const reply = await fetch(`${url}/health/ready`);
    return { code: reply.status, ...((await reply.json()) as { status: string; parts: Record<string, string> }) };
  };
  const readyToBe = (status: string, url = deployment.url) =>
    eventually(
      () => ready(url),
      (health) => health.status === status,
      60_000,
    );

  async function expectDelivered(orderIds: readonly string[]): Promise<void> {
    const ends = await Promise.all(orderIds.map(toEnd));
    expect(ends.map(({ status }) => status)).toEqual(orderIds.map(() => 'delivered'));
  }
  async function expectNothingLost(): Promise<void> {
    const outstanding = await waitForRest(deployment.urlOf, 60_000);
    const { findings } = await audit({ urlOf: deployment.urlOf, atRest: true });
    expect({ outstanding, findings: findings.filter(({ verdict }) => verdict !== 'valid') }).toEqual({
      outstanding: {},
      findings: [],
    });
  }

  it('take orders while the broker is away for longer than any time limit, say so, and deliver all of them', async () => {
    const before = await placeOrders(5);
    await deployment.broker.stop('SIGKILL');
    const meanwhile = await placeOrders(10);
    for (const orderId of meanwhile) expect((await toWait(orderId)).status).toBe('placed');
    const order = await ready(deployment.service('order').url);
    expect(order).toMatchObject({ code: 200, status: 'degraded', parts: { order: 'ok' } });
    expect(order.parts.rabbitmq).toMatch(/^not connected for \d+ s$/);
    const gateway = await ready(deployment.url);
    expect(gateway).toMatchObject({ code: 200, status: 'degraded' });
    expect(gateway.parts.payment).toMatch(/^degraded: rabbitmq not connected for \d+ s$/);

    await deployment.broker.start();
    await expectDelivered([...before, ...meanwhile]);
    for (const orderId of meanwhile) expect(timesWaiting(await track(orderId))).toBe(1);
    await readyToBe('ok');
    await expectNothingLost();
  });

  it('do the same while the broker is short of memory', async () => {
    await deployment.broker.control('set_vm_memory_high_watermark', '0.0000001');
    const orderIds = await placeOrders(10);
    for (const orderId of orderIds) expect((await toWait(orderId)).status).toBe('placed');
    expect((await ready(deployment.service('order').url)).parts.rabbitmq).toMatch(/^connected, but taking no messages/);
    await deployment.broker.control('set_vm_memory_high_watermark', '0.6');
    await expectDelivered(orderIds);
    await expectNothingLost();
  });

  it('deliver the orders of other restaurants when the broker never takes the menu of one', async () => {
    const [one, other] = restaurants;
    const path = `/restaurants/${one!.restaurantId}/menu`;
    const { headers, body } = await api.call<Menu>({ method: 'GET', path });
    const [dish] = body.sections.flatMap(({ items }) => items);
    const items = Array.from({ length: 900 }, (_, n) => ({ ...dish, itemId: `dish-${n}` }));
    const put = (sections: Menu['sections'], version: string | undefined) =>
      fetch(deployment.url + path, {
        method: 'PUT',
        headers: { 'content-type': 'application/json', 'if-match': String(version) },
        body: JSON.stringify({ sections }),
      });
    await deployment.broker.control('eval', 'application:set_env(rabbit, max_message_size, 60000).');
    await deployment.broker.control('close_all_connections', 'they are to see what is allowed now');
    const large = await put([{ name: 'All', items: items as Menu['sections'][0]['items'] }], headers.etag);
    expect(large.status).toBe(200);
    await expectDelivered([await placeOrder(other)]);

    const restaurant = await readyToBe('degraded', deployment.service('restaurant').url);
    expect(restaurant).toMatchObject({ code: 200, parts: { restaurant: 'messages refused by the broker: 1' } });
    expect((await readyToBe('degraded')).parts.restaurant).toBe(
      'degraded: restaurant messages refused by the broker: 1',
    );
  });
});
