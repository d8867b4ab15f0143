import { system } from '@thali/contracts';
import { until } from './api';
import { Courier, Town } from './town';

/** Thali, however it is deployed. */
export interface Deployment {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Limits that a test can wait for, and that a process keeps which gets no processor for five seconds. Every deployment is started with them.
 */
export const shortLimits = {
  THALI_SEED: 'true',
  // A machine that is busy with other things is not to be taken for one of which too much is asked.
  THALI_MAX_LAG_MS: '60000',
  THALI_LEASE_MS: '20000',
  THALI_HOLD_MONEY_WITHIN_MS: '10000',
  THALI_ASK_KITCHEN_WITHIN_MS: '10000',
  THALI_FIND_COURIER_WITHIN_MS: '20000',
  THALI_PICK_UP_WITHIN_MS: '10000',
  THALI_PAYMENT_ANSWER_WITHIN_MS: '1000',
  THALI_BANK_LATE_MS: '13000',
  THALI_DELIVERY_SEARCH_WITHIN_MS: '10000',
  THALI_AUTOPILOT_ACCEPT_MS: '50',
  THALI_AUTOPILOT_PREPARE_MS: '50',
  THALI_AUTOPILOT_FINISH_MS: '100',
  THALI_AUTOPILOT_PICK_UP_MS: '50',
  THALI_AUTOPILOT_DELIVER_MS: '100',
} as const;

/** The life of orders, told over HTTP. They are the same for every deployment. */
export function describeJourneys(name: string, start: () => Promise<Deployment>): void {
  describe(name, () => {
    let deployment: Deployment;
    let town: Town;
    let couriers: Courier[];
    /** Orders with which nothing will happen for a long time. They are placed first, and wait while others are brought. */
    let waiting: Readonly<Record<'tok_no_answer' | 'tok_late' | 'no courier', string>>;

    beforeAll(async () => {
      deployment = await start();
      town = await Town.open(deployment.url);
      waiting = {
        tok_no_answer: await town.place(town.automatic, { token: 'tok_no_answer' }),
        tok_late: await town.place(town.automatic, { token: 'tok_late' }),
        'no courier': await town.place(town.automaticWithoutCouriers),
      };
    }, 180_000);

    afterAll(() => deployment.stop(), 60_000);

    beforeEach(() => (couriers = []));
    afterEach(async () => void (await Promise.all(couriers.map((courier) => courier.goesHome()))));

    async function aCourier(): Promise<Courier> {
      const courier = await town.aCourier(town.manual);
      couriers.push(courier);
      return courier;
    }

    /** An order at the manual restaurant, accepted by cook and courier. */
    async function aConfirmedOrder(): Promise<{ orderId: string; courier: Courier }> {
      const courier = await aCourier();
      const orderId = await town.place(town.manual);
      await town.cook(town.manual, orderId, 'accept');
      await courier.answers(orderId, 'accept');
      await town.reaches(orderId, 'confirmed');
      return { orderId, courier };
    }

    async function aPickedUpOrder(): Promise<{ orderId: string; courier: Courier; deliveryId: string }> {
      const { orderId, courier } = await aConfirmedOrder();
      await town.cook(town.manual, orderId, 'preparing', 'ready');
      const deliveryId = await courier.deliveryOf(orderId);
      await courier.does(deliveryId, 'pick-up');
      await town.reaches(orderId, 'picked-up');
      return { orderId, courier, deliveryId };
    }

    const portions = async () => (await town.item(town.manual)).portions;

    it('brings a meal, and takes its price once', async () => {
      const dish = 1; // Of which nobody else orders any.
      const left = async () => (await town.item(town.automatic, dish)).portions;
      const before = await left();
      const orderId = await town.place(town.automatic, { quantity: 2, at: dish });
      const { total } = await town.reaches(orderId, 'delivered');
      expect(await town.payment(orderId)).toMatchObject({ status: 'captured', captured: total.amount, refunded: 0 });
      expect(await left()).toBe(before - 2);
    });

    it('tells the customer, live and to the end', async () => {
      const orderId = await town.place(town.automatic);
      const stream = await (await fetch(`${deployment.url}/orders/${orderId}/tracking/stream`)).text();
      const last = stream.trim().split('\n').at(-1) ?? '';
      expect(JSON.parse(last.replace(/^data: /, ''))).toMatchObject({
        orderId,
        status: 'delivered',
        courier: { name: expect.any(String) },
      });
    });

    it('shows the order in all modules, everything that happened, and how it was', async () => {
      const orderId = await town.place(town.automatic);
      await town.reaches(orderId, 'delivered');
      const { body: details } = await town.api.get(`/orders/${orderId}/details`);
      expect(details).toMatchObject({
        order: { orderId },
        payment: { orderId },
        ticket: { orderId, status: 'ready' },
        delivery: { orderId, status: 'delivered' },
      });
      const { body: history } = await town.api.get<{
        messages: { module: string; id: string; causationId: string | null; type: string }[];
        events: { type: string; recordedAt: string }[];
      }>(`/orders/${orderId}/history`);
      expect(new Set(history.messages.map(({ module }) => module))).toEqual(
        new Set(['order', ...(system.order.asks ?? []).map(({ name }) => name.split('.')[0])]),
      );
      const ids = new Set(history.messages.map(({ id }) => id));
      expect(
        history.messages.filter(
          ({ causationId, type }) => causationId !== null && !ids.has(causationId) && !type.endsWith('time-limit'),
        ),
      ).toEqual([]);
      const { recordedAt } = history.events.find(({ type }) => type === 'Placed') ?? { recordedAt: '' };
      const { body: then } = await town.api.get<{ state: { status: string } }>(
        `/orders/${orderId}/history?asOf=${recordedAt}`,
      );
      expect(then.state.status).toBe('placed');
    });

    it('ends when the card is declined', async () => {
      const orderId = await town.place(town.automatic, { token: 'tok_declined' });
      expect((await town.reaches(orderId, 'cancelled')).reason).toBe(
        'Your payment was declined: The card was declined.',
      );
      expect(await town.payment(orderId)).toMatchObject({ status: 'declined', captured: 0 });
    });

    it.each(['tok_no_answer', 'tok_late'] as const)(
      'ends when the bank does not answer in time, and leaves nothing held (%s)',
      async (token) => {
        const orderId = waiting[token];
        expect((await town.reaches(orderId, 'cancelled')).reason).toBe('Your bank did not answer in time.');
        expect(await town.payment(orderId)).toMatchObject({ status: 'cancelled', captured: 0 });
      },
    );

    it('takes the money once when the bank answers twice', async () => {
      const orderId = await town.place(town.automatic, { token: 'tok_twice' });
      const { total } = await town.reaches(orderId, 'delivered');
      expect(await town.payment(orderId)).toMatchObject({ captured: total.amount, refunded: 0 });
    });

    it('is refused while the restaurant is closed', async () => {
      const reply = await until(
        () => town.tryToPlace(town.closed),
        ({ status }) => status === 409,
      );
      expect(reply.body).toMatchObject({ code: 'order.restaurant-closed' });
    });

    it('gives money and portions back when the kitchen says no', async () => {
      const before = await portions();
      const orderId = await town.place(town.manual);
      await town.cook(town.manual, orderId, 'reject');
      expect((await town.reaches(orderId, 'cancelled')).reason).toBe(
        'The restaurant cannot make your order: We have run out of batter.',
      );
      const { status, authorized, voided } = await town.payment(orderId);
      expect({ status, voided }).toEqual({ status: 'cancelled', voided: authorized });
      expect(await portions()).toBe(before);
    });

    it('ends when there are not enough portions, and names the dish', async () => {
      const { portions: left } = await town.item(town.manual);
      const orders = await Promise.all(
        Array.from({ length: Math.floor(left / 99) + 1 }, () => town.place(town.manual, { quantity: 99 })),
      );
      const ended = await Promise.all(orders.map((orderId) => town.reaches(orderId, 'cancelled')));
      expect(ended.filter(({ reason }) => /cannot make your order: .*\w+/.test(reason ?? ''))).not.toEqual([]);
      expect(await portions()).toBe(left);
    });

    it('ends when nobody in the kitchen answers in time', async () => {
      const before = await portions();
      const orderId = await town.place(town.manual);
      expect((await town.reaches(orderId, 'cancelled')).reason).toBe('The restaurant did not answer in time.');
      expect(await portions()).toBe(before);
    });

    it('ends when no courier is free', async () => {
      const orderId = waiting['no courier'];
      expect((await town.reaches(orderId, 'cancelled')).reason).toBe('No courier was free to bring your order.');
      expect(await town.payment(orderId)).toMatchObject({ status: 'cancelled', captured: 0 });
    });

    it('is brought by another courier when the first declines', async () => {
      const [first, second] = [await aCourier(), await aCourier()];
      const orderId = await town.place(town.manual);
      await town.cook(town.manual, orderId, 'accept');
      const offered = async (courier: Courier) =>
        (await town.api.get<{ items: { orderId: string }[] }>(`/couriers/${courier.courierId}/offers`)).body.items.some(
          (offer) => offer.orderId === orderId,
        );
      await until(
        async () => [await offered(first), await offered(second)],
        (offers) => offers.includes(true),
      );
      const [asked, other] = (await offered(first)) ? [first, second] : [second, first];
      await asked.answers(orderId, 'decline');
      await other.answers(orderId, 'accept');
      await town.reaches(orderId, 'confirmed');
      await town.cook(town.manual, orderId, 'preparing', 'ready');
      const deliveryId = await other.deliveryOf(orderId);
      await other.does(deliveryId, 'pick-up');
      await other.does(deliveryId, 'deliver');
      await town.reaches(orderId, 'delivered');
    });

    it('ends when nobody picks it up in time', async () => {
      const { orderId } = await aConfirmedOrder();
      await town.cook(town.manual, orderId, 'preparing', 'ready');
      expect((await town.reaches(orderId, 'cancelled')).reason).toBe('No courier picked your order up in time.');
      expect(await town.payment(orderId)).toMatchObject({ captured: 0 });
    });

    it('can be cancelled for free before the kitchen starts', async () => {
      const { orderId } = await aConfirmedOrder();
      const { status, body } = await town.api.post(`/orders/${orderId}/cancel`, { reason: 'I have eaten.' });
      expect({ status, body }).toMatchObject({ status: 202, body: { fee: null, cancelling: true } });
      expect((await town.reaches(orderId, 'cancelled')).reason).toBe('I have eaten.');
      expect(await town.payment(orderId)).toMatchObject({ captured: 0 });
    });

    it('can be cancelled for a fee once the kitchen has started', async () => {
      const { orderId } = await aConfirmedOrder();
      await town.cook(town.manual, orderId, 'preparing');
      await town.reaches(orderId, 'preparing');
      await town.api.post(`/orders/${orderId}/cancel`);
      const { total, fee } = await town.reaches(orderId, 'cancelled');
      expect(fee?.amount).toBe(Math.floor(total.amount / 2));
      expect(await town.payment(orderId)).toMatchObject({ captured: fee?.amount, refunded: 0 });
    });

    it('cannot be cancelled once the courier has it', async () => {
      const { orderId, courier, deliveryId } = await aPickedUpOrder();
      const { status, body } = await town.api.post(`/orders/${orderId}/cancel`);
      expect({ status, body }).toMatchObject({ status: 409, body: { code: 'order.cannot-cancel' } });
      await courier.does(deliveryId, 'deliver');
      await town.reaches(orderId, 'delivered');
    });

    it('gives the money back when the courier cannot bring it', async () => {
      const { orderId, courier, deliveryId } = await aPickedUpOrder();
      await courier.does(deliveryId, 'fail', { reason: 'The bicycle broke.' });
      const { reason, total } = await town.reaches(orderId, 'cancelled');
      expect(reason).toContain('The bicycle broke.');
      expect(await town.payment(orderId)).toMatchObject({ captured: total.amount, refunded: total.amount });
    });

    it('can be changed until the kitchen starts, and is paid as changed', async () => {
      const { orderId, courier } = await aConfirmedOrder();
      const { version, total } = await town.order(orderId);
      const { itemId } = await town.item(town.manual);
      const change = { lines: [{ itemId, quantity: 3 }] };
      expect((await town.api.post(`/orders/${orderId}/revise`, change)).status).toBe(428);
      expect((await town.api.post(`/orders/${orderId}/revise`, change, { 'if-match': '"1"' })).status).toBe(412);
      expect((await town.api.post(`/orders/${orderId}/revise`, change, { 'if-match': `"${version}"` })).status).toBe(
        202,
      );
      await until(
        () => town.order(orderId),
        (order) => order.total.amount === 3 * total.amount,
      );
      await town.cook(town.manual, orderId, 'preparing', 'ready');
      await town.reaches(orderId, 'ready');
      expect((await town.api.post(`/orders/${orderId}/revise`, change, { 'if-match': '"1"' })).status).toBe(409);
      const deliveryId = await courier.deliveryOf(orderId);
      await courier.does(deliveryId, 'pick-up');
      await courier.does(deliveryId, 'deliver');
      await town.reaches(orderId, 'delivered');
      expect(await town.payment(orderId)).toMatchObject({ captured: 3 * total.amount });
    });

    it('can be refunded in parts, but never above what was paid', async () => {
      const orderId = await town.place(town.automatic);
      const { total } = await town.reaches(orderId, 'delivered');
      const refund = (amount: number) =>
        town.api.post(`/payments/${orderId}/refunds`, {
          amount: { amount, currency: total.currency },
          reason: 'The papad was soft.',
        });
      expect((await refund(100)).status).toBeLessThan(300);
      await until(
        () => town.payment(orderId),
        ({ refunded }) => refunded === 100,
      );
      expect((await refund(total.amount)).status).toBe(409);
      expect(await town.payment(orderId)).toMatchObject({ captured: total.amount, refunded: 100 });
    });

    it('gives one order for one key, however often it is sent', async () => {
      const { itemId } = await town.item(town.automatic);
      const { restaurantId, location } = town.automatic;
      const wish = {
        restaurantId,
        lines: [{ itemId, quantity: 1 }],
        deliverTo: { address: 'here', location },
        paymentToken: 'tok_visa',
      };
      const headers = { 'idempotency-key': `same-${Date.now()}` };
      const replies = await Promise.all(
        Array.from({ length: 10 }, () => town.api.post<{ orderId: string }>('/orders', wish, headers)),
      );
      const again = await town.api.post<{ orderId: string }>('/orders', wish, headers);
      expect(
        new Set(replies.map(({ status }) => status).filter((status) => status !== 202 && status !== 409)).size,
      ).toBe(0);
      expect(
        new Set([...replies, again].filter(({ status }) => status === 202).map(({ body }) => body.orderId)).size,
      ).toBe(1);
      expect((await town.api.post('/orders', { ...wish, paymentToken: 'tok_twice' }, headers)).status).toBe(422);
    });
  });
}
