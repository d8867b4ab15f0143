import {
  CancelTicket,
  ConfirmTicket,
  ReviseTicket,
  TicketCancelled,
  TicketRevised,
  TicketRevisionRefused,
  type OrderLine,
} from '@thali/contracts';
import fc from 'fast-check';
import { CancelTicketHandler } from '../src/cancel-ticket';
import { OpenTicketHandler } from '../src/open-ticket';
import { ReviseTicketHandler } from '../src/revise-ticket';
import { Stock } from '../src/stock.repository';
import { RestaurantHarness, line } from '../testing/restaurant-harness';
import { stockOf, unsoundHolds, unsoundStock } from '../testing/stock';

describe('portions', () => {
  const kitchen = new RestaurantHarness();
  let restaurantId: string;

  beforeAll(() => kitchen.start());
  beforeEach(async () => {
    restaurantId = await kitchen.aRestaurant({ dishes: { dosa: 5, idli: 20 } });
  });
  afterEach(async () => {
    expect(await unsoundStock(kitchen.db)).toEqual([]);
  });
  afterAll(() => kitchen.close());

  const open = (from: RestaurantHarness, orderId: string, ...lines: OrderLine[]) =>
    from.db.transaction((tx) =>
      from
        .provider(OpenTicketHandler)
        .handle({ orderId, restaurantId, menuVersion: 1, lines: lines as [OrderLine] }, tx),
    );
  const confirmed = async (orderId: string): Promise<string> => {
    const { ticketId } = await kitchen.ticketOf(orderId);
    await kitchen.post(`/tickets/${ticketId}/accept`);
    await kitchen.hear(ConfirmTicket({ orderId }));
    return ticketId;
  };

  it('are sold exactly as often as there are: 20 orders at once, in two processes, for 5', async () => {
    const colleague = await kitchen.replica();
    const orders = Array.from({ length: 20 }, () => kitchen.anOrder());
    await Promise.all(orders.map((orderId, n) => open(n % 2 ? kitchen : colleague, orderId, line('dosa'))));
    const tickets = await Promise.all(orders.map((orderId) => kitchen.ticketOf(orderId)));
    await colleague.stop();
    expect(tickets.filter(({ status }) => status === 'open')).toHaveLength(5);
    expect(tickets.filter(({ status }) => status === 'rejected').map(({ reason }) => reason)).toEqual(
      Array(15).fill('Dosa Corner does not have enough dosa left.'),
    );
    expect(await stockOf(kitchen.db, restaurantId, 'dosa')).toEqual({ onHand: 5, reserved: 5 });
  });

  it('are never waited for in a circle, in whatever order and process they are reserved and released', async () => {
    const colleague = await kitchen.replica();
    await kitchen.patch(`/restaurants/${restaurantId}/items/dosa`, { portions: 100 });
    await kitchen.patch(`/restaurants/${restaurantId}/items/idli`, { portions: 100 });
    const hold = (itemId: string) => ({
      orderId: kitchen.anOrder(),
      restaurantId,
      revision: 0,
      portions: [{ itemId, quantity: 1 }],
    });
    let runs = 0;
    const reserveAndRelease = (from: RestaurantHarness, first: string, second: string) =>
      from.db.transaction(async (tx) => {
        runs++;
        const [one, other] = [hold(first), hold(second)];
        await from.provider(Stock).reserve(tx, one);
        await from.provider(Stock).reserve(tx, other);
        from.provider(Stock).settle(tx, 'release', one);
        from.provider(Stock).settle(tx, 'release', other);
      });
    const rounds = Array.from({ length: 20 }, () => [
      reserveAndRelease(kitchen, 'dosa', 'idli'),
      reserveAndRelease(colleague, 'idli', 'dosa'),
    ]);
    await Promise.all(rounds.flat());
    await colleague.stop();
    expect(runs).toBe(40);
  });

  it('are all reserved or none', async () => {
    const [greedy, modest] = [kitchen.anOrder(), kitchen.anOrder()];
    await Promise.all([
      open(kitchen, greedy, line('idli', 3), line('dosa', 6)),
      open(kitchen, modest, line('dosa', 5), line('idli', 2)),
    ]);
    expect((await kitchen.ticketOf(greedy)).reason).toBe('Dosa Corner does not have enough dosa left.');
    expect((await kitchen.ticketOf(modest)).status).toBe('open');
    expect(await stockOf(kitchen.db, restaurantId, 'idli')).toEqual({ onHand: 20, reserved: 2 });
  });

  it('count per dish, however many lines ask for it', async () => {
    const orderId = kitchen.anOrder();
    await open(kitchen, orderId, line('dosa', 3), line('dosa', 3));
    expect((await kitchen.ticketOf(orderId)).status).toBe('rejected');
  });

  it('are free again when the order is called off before the kitchen begins', async () => {
    const orderId = kitchen.anOrder();
    await open(kitchen, orderId, line('dosa', 2));
    await confirmed(orderId);
    await kitchen.hear(CancelTicket({ orderId, reason: 'No courier' }));
    await kitchen.sends(orderId, TicketCancelled);
    expect(await stockOf(kitchen.db, restaurantId, 'dosa')).toEqual({ onHand: 5, reserved: 0 });
    expect(await unsoundHolds(kitchen.db, restaurantId)).toEqual([]);
  });

  it('are gone when the kitchen begins, and stay so when the order is called off then', async () => {
    const orderId = kitchen.anOrder();
    await open(kitchen, orderId, line('dosa', 2));
    await kitchen.post(`/tickets/${await confirmed(orderId)}/preparing`);
    await kitchen.hear(CancelTicket({ orderId, reason: 'Changed my mind' }));
    await kitchen.sends(orderId, TicketCancelled);
    expect(await stockOf(kitchen.db, restaurantId, 'dosa')).toEqual({ onHand: 3, reserved: 0 });
    expect(await unsoundHolds(kitchen.db, restaurantId)).toEqual([]);
  });

  it('follow a revision: what is no longer wanted is free, what is wanted more is held', async () => {
    const orderId = kitchen.anOrder();
    await open(kitchen, orderId, line('dosa', 4));
    await kitchen.hear(ReviseTicket({ orderId, revision: 1, lines: [line('dosa', 5), line('idli', 1)], total: null }));
    await kitchen.sends(orderId, TicketRevised);
    expect(await stockOf(kitchen.db, restaurantId, 'dosa')).toEqual({ onHand: 5, reserved: 5 });
    await kitchen.hear(ReviseTicket({ orderId, revision: 2, lines: [line('dosa', 6)], total: null }));
    expect((await kitchen.sends(orderId, TicketRevisionRefused)).reason).toBe(
      'Dosa Corner does not have enough dosa left.',
    );
    await kitchen.hear(CancelTicket({ orderId, reason: 'Too slow' }));
    await kitchen.sends(orderId, TicketCancelled);
    expect(await stockOf(kitchen.db, restaurantId, 'dosa')).toEqual({ onHand: 5, reserved: 0 });
    expect(await unsoundHolds(kitchen.db, restaurantId)).toEqual([]);
  });

  it('are what somebody counted last, beside those that orders hold', async () => {
    await open(kitchen, kitchen.anOrder(), line('dosa', 2));
    const { status, body } = await kitchen.patch(`/restaurants/${restaurantId}/items/dosa`, { portions: 7 });
    expect([status, body.portions]).toEqual([200, 7]);
    expect(await stockOf(kitchen.db, restaurantId, 'dosa')).toEqual({ onHand: 9, reserved: 2 });
    await kitchen.patch(`/restaurants/${restaurantId}/items/dosa`, { portions: 0 });
    expect(await stockOf(kitchen.db, restaurantId, 'dosa')).toEqual({ onHand: 2, reserved: 2 });
  });

  it('are moved, never rewritten', async () => {
    await expect(kitchen.db.read('delete from stock_moves')).rejects.toThrow('append-only');
    await expect(kitchen.db.read('truncate stock_moves')).rejects.toThrow('append-only');
  });

  it('equal the sum of their moves, whatever happens at once and in whatever order', async () => {
    const dish = fc.constantFrom('dosa', 'idli');
    const quantity = fc.integer({ min: 1, max: 6 });
    const order = fc.nat({ max: 3 });
    const lines = fc.array(fc.record({ dish, quantity }), { minLength: 1, maxLength: 3 });
    const step = fc.oneof(
      fc.record({ does: fc.constant('open' as const), order, lines }),
      fc.record({ does: fc.constant('revise' as const), order, lines, revision: fc.integer({ min: 1, max: 9 }) }),
      fc.record({ does: fc.constant('cook' as const), order }),
      fc.record({ does: fc.constant('cancel' as const), order }),
      fc.record({ does: fc.constant('count' as const), dish, portions: fc.nat({ max: 12 }) }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
        async (turns) => {
          const orders = Array.from({ length: 4 }, () => kitchen.anOrder());
          for (const turn of turns) await Promise.all(turn.map((what) => take(what, orders)));
          expect(await unsoundStock(kitchen.db)).toEqual([]);
          await Promise.all(orders.map((orderId) => cancel(orderId)));
          expect(await unsoundHolds(kitchen.db, restaurantId)).toEqual([]);
        },
      ),
      { numRuns: 25 },
    );

    type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
    async function take(what: Step, orders: string[]): Promise<void> {
      if (what.does === 'count')
        return void (await kitchen.patch(`/restaurants/${restaurantId}/items/${what.dish}`, {
          portions: what.portions,
        }));
      const orderId = orders[what.order] as string;
      if (what.does === 'cancel') return cancel(orderId);
      if (what.does === 'cook') return cook(orderId);
      const asked = what.lines.map((one) => line(one.dish, one.quantity)) as [OrderLine];
      if (what.does === 'open') return open(kitchen, orderId, ...asked);
      const { revision } = what;
      await kitchen.db.transaction((tx) =>
        kitchen.provider(ReviseTicketHandler).handle({ orderId, revision, lines: asked, total: null }, tx),
      );
    }
    function cancel(orderId: string): Promise<void> {
      return kitchen.db.transaction((tx) =>
        kitchen.provider(CancelTicketHandler).handle({ orderId, reason: 'enough' }, tx),
      );
    }
    async function cook(orderId: string): Promise<void> {
      await kitchen.db.read(
        `update tickets set status = 'confirmed', version = version + 1 where order_id = $1 and status = 'open'`,
        [orderId],
      );
      const { ticketId } = await kitchen.ticketOf(orderId);
      if (ticketId) await kitchen.post(`/tickets/${ticketId}/preparing`);
    }
  });
});
