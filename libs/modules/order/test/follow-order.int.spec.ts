import {
  DeliveryCancelled,
  PaymentCancelled,
  PaymentDeclined,
  PaymentExpiring,
  TicketCancelled,
  system,
} from '@thali/contracts';
import { eventually } from '@thali/kit/messaging/testing';
import { lastValueFrom, toArray } from 'rxjs';
import { FollowOrder } from '../src/follow-order';
import { trackingChanged } from '../src/order-tracking.view';
import { OrderHarness, aMenu, lifeOf } from '../testing/order-harness';
import { euros } from '../testing/orders';

const orders = new OrderHarness();
beforeAll(async () => {
  await orders.start();
  await orders.hear(aMenu());
});
afterAll(() => orders.close());

const place = async (order: object = {}) => (await orders.place(order)).body.orderId;
const order = async (orderId: string) => (await orders.get(`/orders/${orderId}`)).body;

/** An order whose others have said so many of the things that they say when it goes well. */
async function anOrderThatHeard(count: number): Promise<string> {
  const orderId = await place();
  await orders.hear(...lifeOf(orderId).slice(0, count));
  return orderId;
}

describe('an order that goes well', () => {
  it.each([
    [1, 'placed'],
    [2, 'placed'],
    [3, 'confirmed'],
    [4, 'preparing'],
    [5, 'ready'],
    [6, 'picked-up'],
    [7, 'picked-up'],
    [8, 'delivered'],
  ])('after %i answers is %s', async (count, status) => {
    expect((await order(await anOrderThatHeard(count))).status).toBe(status);
  });

  it('asks each of the others in turn, and tells the world', async () => {
    const orderId = await anOrderThatHeard(8);
    expect(await orders.sent(orderId)).toEqual([
      'order.placed',
      'payment.authorize',
      'restaurant.open-ticket',
      'delivery.request',
      'order.confirmed',
      'restaurant.confirm-ticket',
      'order.preparing',
      'order.ready',
      'delivery.collect',
      'order.picked-up',
      'payment.capture',
      'order.delivered',
    ]);
  });

  it('shows its customer what all the others say', async () => {
    const { body } = await orders.get(`/orders/${await anOrderThatHeard(8)}/tracking`);
    expect(body).toMatchObject({
      status: 'delivered',
      payment: 'taken',
      kitchen: 'accepted',
      courier: { name: 'Asha' },
      restaurantName: 'Thali House',
    });
    expect((body.timeline as { what: string }[]).at(-1)?.what).toBe('Delivered. Enjoy your meal.');
  });

  it('can be tracked from the moment it is acknowledged', async () => {
    const { body } = await orders.get(`/orders/${await place()}/tracking`);
    expect(body).toMatchObject({ status: 'placed', version: 1, timeline: [{ what: 'You placed the order.' }] });
  });

  it('tells its life in the order in which it happened', async () => {
    const { body } = await orders.get(`/orders/${await anOrderThatHeard(8)}/tracking`);
    const times = (body.timeline as { at: string }[]).map(({ at }) => Date.parse(at));
    expect(times).toHaveLength(10);
    expect(times).toEqual([...times].sort((one, other) => one - other));
  });

  it('streams that to its end, and then the stream ends', async () => {
    const orderId = await anOrderThatHeard(5);
    const stream = orders.stream(orderId);
    await orders.hear(...lifeOf(orderId).slice(5));
    const statuses = (await stream).events.map(({ status }) => status);
    expect(statuses.at(-1)).toBe('delivered');
    expect(statuses.filter((status) => status === 'delivered')).toHaveLength(1);
  });

  it('streams on after the database was away', async () => {
    const orderId = await anOrderThatHeard(5);
    const stream = orders.stream(orderId);
    await eventually(
      async () => orders.db.listenerCount(trackingChanged(orderId)),
      (count) => count > 0,
    );
    orders.plug.pull();
    orders.db.emit(trackingChanged(orderId));
    await expect(orders.db.read('select 1')).rejects.toMatchObject({ code: 'database.unavailable' });
    orders.plug.putBack();
    await eventually(
      async () => (await orders.get(`/orders/${orderId}`)).status,
      (status) => status === 200,
    );
    await orders.hear(...lifeOf(orderId).slice(5));
    expect((await stream).events.at(-1)?.status).toBe('delivered');
  });

  it('is read once for all who follow it', async () => {
    const orderId = await anOrderThatHeard(5);
    const streams = Array.from({ length: 20 }, () => orders.stream(orderId));
    await eventually(
      async () => orders.db.listenerCount(trackingChanged(orderId)),
      (count) => count > 0,
    );
    expect(orders.db.listenerCount(trackingChanged(orderId))).toBe(1);
    await orders.hear(...lifeOf(orderId).slice(5));
    for (const { events } of await Promise.all(streams)) expect(events.at(-1)?.status).toBe('delivered');
    expect(orders.db.listenerCount(trackingChanged(orderId))).toBe(0);
  });

  it('ends the stream when the process stops, and does not wait for the order', async () => {
    const another = new OrderHarness();
    await another.start();
    await another.hear(aMenu());
    const { orderId } = (await another.place()).body;
    const stream = another.stream(orderId);
    // A stream that has begun has asked for changes.
    await eventually(
      async () => another.db.listenerCount(trackingChanged(orderId)),
      (count) => count > 0,
    );
    await another.close();
    expect((await stream).events).toMatchObject([{ status: 'placed' }]);
  });

  it.each(['has just begun', 'is about to begin'])(
    'streams how it stands, and ends, when the process stops while the stream %s',
    async (moment) => {
      const another = new OrderHarness();
      await another.start();
      await another.hear(aMenu());
      const { orderId } = (await another.place()).body;
      const stream = await another.provider(FollowOrder).follow(orderId);
      const follow = () => lastValueFrom(stream.pipe(toArray()));
      const begun = moment === 'has just begun' ? follow() : undefined;
      await another.close();
      expect(await (begun ?? follow())).toMatchObject([{ data: { orderId, status: 'placed' } }]);
    },
  );

  it('has nothing to stream when nobody knows it', async () => {
    expect(await orders.stream('ord_00000000000000000000000000')).toEqual({ status: 404, events: [] });
  });
});

describe('a revision', () => {
  it('cannot add a dish when the restaurant sells in another currency meanwhile', async () => {
    const orderId = await anOrderThatHeard(3);
    const { version } = await order(orderId);
    await orders.hear(aMenu({ version: 2, currency: 'JPY' }));
    const lines = [{ itemId: 'masala-dosa', quantity: 3 }];
    const { status, body } = await orders.post(
      `/orders/${orderId}/revise`,
      { lines },
      { 'if-match': `"${String(version)}"` },
    );
    expect([status, body.code]).toEqual([409, 'order.other-currency']);
    await orders.hear(aMenu({ version: 3 }));
  });
});

describe('an order of which the others do not answer', () => {
  it('shows its own part, and honestly what is missing', async () => {
    const orderId = await anOrderThatHeard(3);
    const missing = (question: string) => ({ unavailable: true, why: `${question}: nobody here answers it` });
    expect((await orders.get(`/orders/${orderId}/details`)).body).toMatchObject({
      order: { orderId, status: 'confirmed' },
      payment: missing('payment.of-order'),
      ticket: missing('restaurant.ticket-of-order'),
      delivery: missing('delivery.of-order'),
    });
  });

  it('shows its own history, and whose is missing', async () => {
    const { body } = await orders.get(`/orders/${await anOrderThatHeard(3)}/history`);
    const asked = (system.order.asks ?? []).map(({ name }) => name.split('.')[0]);
    expect(body.unavailable).toEqual([...new Set(asked)]);
    expect((body.events as { type: string }[]).map(({ type }) => type)).toEqual(['Placed', 'Confirmed']);
  });
});

describe('the past of an order', () => {
  it('can be seen as of any moment, state and events and messages', async () => {
    const orderId = await anOrderThatHeard(5);
    const { body: all } = await orders.get(`/orders/${orderId}/history`);
    const events = all.events as { type: string; version: number; recordedAt: string }[];
    expect(events.map(({ version }) => version)).toEqual([1, 2, 3, 4]);
    const confirmed = events.find(({ type }) => type === 'Confirmed')?.recordedAt ?? '';
    const { body: then } = await orders.get(
      `/orders/${orderId}/history?asOf=${new Date(Date.parse(confirmed) + 1).toISOString()}`,
    );
    expect([then.state, all.state]).toMatchObject([{ status: 'confirmed' }, { status: 'ready' }]);
    expect((then.events as unknown[]).length).toBeLessThan(events.length);
    expect(
      (then.messages as { recordedAt: string }[]).every(
        ({ recordedAt }) => Date.parse(recordedAt) <= Date.parse(confirmed) + 1,
      ),
    ).toBe(true);
  });

  it('was nothing before it was placed', async () => {
    const { body } = await orders.get(`/orders/${await place()}/history?asOf=2001-01-01T00:00:00Z`);
    expect(body).toMatchObject({ state: null, events: [], messages: [] });
  });

  it('is told with what caused it', async () => {
    const orderId = await place();
    const [authorized] = await orders.hear(...lifeOf(orderId).slice(0, 1));
    const { body } = await orders.get(`/orders/${orderId}/history`);
    const messages = body.messages as { id: string; type: string; causationId: string | null; correlationId: string }[];
    const find = (type: string) => messages.find((message) => message.type === type);
    expect(find('order.placed')?.causationId).toBeNull();
    expect(find('restaurant.open-ticket')?.causationId).toBe(authorized?.id);
  });

  it('cannot be asked for by something that is no moment', async () => {
    expect(await orders.get(`/orders/${await place()}/history?asOf=yesterday`)).toMatchObject({
      status: 400,
      body: { problems: [{ field: 'asOf' }] },
    });
  });
});

describe('an order that ends early', () => {
  it('says why, and until when it is being undone', async () => {
    const orderId = await anOrderThatHeard(3);
    const { status, body } = await orders.post(`/orders/${orderId}/cancel`, { reason: 'I have eaten.' });
    expect([status, body]).toMatchObject([202, { cancelling: true, fee: null }]);
    expect(await order(orderId)).toMatchObject({ status: 'confirmed', cancelling: true, reason: 'I have eaten.' });
    await orders.hear(
      DeliveryCancelled({ orderId }),
      TicketCancelled({ orderId }),
      PaymentCancelled({ orderId, voided: euros(1_700), refunded: null, kept: null }),
    );
    expect(await order(orderId)).toMatchObject({ status: 'cancelled', cancelling: false, reason: 'I have eaten.' });
    expect((await orders.get(`/orders/${orderId}/tracking`)).body).toMatchObject({
      status: 'cancelled',
      reason: 'I have eaten.',
      payment: 'given-back',
    });
  });

  it('ends delivered after all when the courier was quicker than the wish to cancel it', async () => {
    const orderId = await anOrderThatHeard(5);
    await orders.post(`/orders/${orderId}/cancel`, { reason: 'I have eaten.' });
    const [pickedUp, paid, brought] = lifeOf(orderId).slice(5);
    await orders.hear(pickedUp!, brought!, DeliveryCancelled({ orderId }), paid!);
    expect(await order(orderId)).toMatchObject({ status: 'delivered', cancelling: false });
    expect(await order(orderId)).not.toHaveProperty('reason');
    const { body } = await orders.get(`/orders/${orderId}/tracking`);
    expect(body).toMatchObject({ status: 'delivered', payment: 'taken' });
    expect(body).not.toHaveProperty('reason');
    const end = (await orders.sent(orderId)).slice(-3);
    expect(end).toEqual(['order.picked-up', 'payment.capture', 'order.delivered']);
  });

  it.each([
    [2, true],
    [3, true],
    [4, false],
  ])(
    'is stopped when the bank holds its money no longer and the kitchen has not begun (after %i answers)',
    async (count, stops) => {
      const orderId = await anOrderThatHeard(count);
      const expiring = PaymentExpiring({
        orderId,
        expiresAt: '2026-12-08T12:00:00.000Z',
        reason: 'The card has expired.',
      });
      await orders.hear(expiring, expiring);
      expect(await order(orderId)).toMatchObject({ cancelling: stops });
      expect((await orders.sent(orderId)).filter((type) => type === 'order.cancelling')).toHaveLength(stops ? 1 : 0);
    },
  );

  it('cannot be cancelled twice', async () => {
    const orderId = await anOrderThatHeard(3);
    const both = await Promise.all([
      orders.post(`/orders/${orderId}/cancel`),
      orders.post(`/orders/${orderId}/cancel`),
    ]);
    expect(new Set(both.map(({ status }) => status))).toEqual(new Set([202, 409]));
    expect((await orders.sent(orderId)).filter((type) => type === 'order.cancelling')).toHaveLength(1);
  });

  it('is numbered without gaps, whoever speaks at once', async () => {
    const orderId = await anOrderThatHeard(4);
    await Promise.all([
      orders.post(`/orders/${orderId}/cancel`),
      orders.hear(...lifeOf(orderId).slice(4, 5)),
      orders.post(`/orders/${orderId}/cancel`),
    ]);
    const { body } = await orders.get(`/orders/${orderId}/history`);
    const versions = (body.events as { version: number }[]).map(({ version }) => version);
    expect(versions).toEqual(versions.map((_, at) => at + 1));
    expect((body.state as { status: string }).status).toBe((await order(orderId)).status);
  });

  it('of a declined card has nothing to be undone', async () => {
    const orderId = await place();
    await orders.hear(PaymentDeclined({ orderId, reason: 'No funds.' }));
    expect(await order(orderId)).toMatchObject({ status: 'cancelled', reason: 'Your payment was declined: No funds.' });
    expect(await orders.sent(orderId)).not.toContain('payment.cancel');
  });
});

describe('a customer’s orders', () => {
  it('are theirs, newest first, page by page', async () => {
    const mine: string[] = [];
    for (let n = 0; n < 5; n++) mine.unshift(await place({ customerId: 'cus_ann' }));
    await place({ customerId: 'cus_bea' });
    const pages: string[][] = [];
    for (let after = ''; ;) {
      const { body } = await orders.get(`/customers/cus_ann/orders?limit=2${after}`);
      const { items, next } = body as unknown as { items: { orderId: string }[]; next: string | null };
      pages.push(items.map(({ orderId }) => orderId));
      if (next === null) break;
      after = `&after=${next}`;
    }
    expect(pages).toEqual([mine.slice(0, 2), mine.slice(2, 4), mine.slice(4)]);
  });

  it('are none of a stranger', async () => {
    expect((await orders.get('/customers/cus_nobody/orders')).body).toEqual({ items: [], next: null });
  });
});
