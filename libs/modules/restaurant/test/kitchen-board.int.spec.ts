import {
  CancelTicket,
  ConfirmTicket,
  RestaurantHistory,
  ReviseTicket,
  TicketAccepted,
  TicketCancelled,
  TicketDelayed,
  TicketOfOrder,
  TicketPreparing,
  TicketReady,
  TicketRejected,
  TicketRevisionRefused,
  type TicketView,
} from '@thali/contracts';
import { Questions } from '@thali/kit/messaging';
import { AdvanceTicket } from '../src/timers';
import type { TicketBoard } from '../src/ticket-board.view';
import { RestaurantHarness, line, openTicket } from '../testing/restaurant-harness';
import { stockOf } from '../testing/stock';

describe('the kitchen', () => {
  const kitchen = new RestaurantHarness();
  let restaurantId: string;

  beforeAll(() => kitchen.start());
  beforeEach(async () => {
    restaurantId = await kitchen.aRestaurant();
  });
  afterAll(() => kitchen.close());

  const opened = async (of = restaurantId): Promise<TicketView> => {
    const orderId = kitchen.anOrder();
    await kitchen.hear(openTicket(orderId, of, line('dosa')));
    return kitchen.ticketOf(orderId);
  };
  const say = (ticketId: string, word: string, body?: object) => kitchen.post(`/tickets/${ticketId}/${word}`, body);

  it('cooks an order from open to ready, and says so at every step', async () => {
    const { ticketId, orderId } = await opened();
    expect((await say(ticketId, 'accept')).body).toMatchObject({ status: 'accepted', version: 2 });
    await kitchen.hear(ConfirmTicket({ orderId }));
    expect((await say(ticketId, 'delay', { minutes: 10 })).body).toMatchObject({
      status: 'confirmed',
      delayedByMinutes: 10,
    });
    expect((await say(ticketId, 'preparing')).body.status).toBe('preparing');
    expect((await say(ticketId, 'ready')).body.status).toBe('ready');
    expect(await kitchen.sent(orderId)).toEqual(
      [TicketAccepted, TicketDelayed, TicketPreparing, TicketReady].map(({ type }) => type),
    );
  });

  it('gives the same answer to the same word, and says it only once', async () => {
    const { ticketId, orderId } = await opened();
    const [first, second] = [await say(ticketId, 'accept'), await say(ticketId, 'accept')];
    expect(second.body).toEqual(first?.body);
    expect(await kitchen.sent(orderId)).toEqual([TicketAccepted.type]);
  });

  it('does not begin before the order is confirmed', async () => {
    const { ticketId } = await opened();
    await say(ticketId, 'accept');
    expect(await say(ticketId, 'preparing')).toMatchObject({
      status: 409,
      body: {
        code: 'restaurant.cannot-prepare',
        detail: 'You cannot prepare a ticket that is still waiting for the order to be confirmed.',
      },
    });
  });

  it('hears one of two cooks who speak at once', async () => {
    const { ticketId, orderId } = await opened();
    const answers = await Promise.all([say(ticketId, 'accept'), say(ticketId, 'reject', { reason: 'No dosa' })]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
    expect(await kitchen.sent(orderId)).toHaveLength(1);
  });

  it('rejects with a reason for the customer', async () => {
    const { ticketId, orderId } = await opened();
    await say(ticketId, 'reject', { reason: 'The oven is broken.' });
    expect(await kitchen.sends(orderId, TicketRejected)).toEqual({ orderId, reason: 'The oven is broken.' });
    expect(await stockOf(kitchen.db, restaurantId, 'dosa')).toEqual({ onHand: 5, reserved: 0 });
  });

  it('takes every delay, however many are told at once, here and by another instance', async () => {
    const { ticketId } = await opened();
    const colleague = await kitchen.replica();
    const delays = Array.from({ length: 40 }, (_, n) =>
      (n % 2 ? colleague : kitchen).post(`/tickets/${ticketId}/delay`, { minutes: 1 + n }),
    );
    expect(new Set((await Promise.all(delays)).map(({ status }) => status))).toEqual(new Set([200]));
    await colleague.stop();
  });

  it('refuses what makes no sense, naming the field', async () => {
    const { ticketId } = await opened();
    const answer = await say(ticketId, 'delay', { minutes: 0 });
    expect(answer).toMatchObject({ status: 400, body: { problems: [{ field: 'minutes' }] } });
    expect((await say('tkt_00000000000000000000000000', 'accept')).status).toBe(404);
  });

  it.each([
    ['is closed', { open: false }, 'Dosa Corner is closed.'],
    ['lacks portions', { dishes: { dosa: 0 } }, 'Dosa Corner does not have enough dosa left.'],
    ['never had the dish', { dishes: { cake: 9 } }, 'Dosa Corner does not offer dosa at the moment.'],
  ])('rejects an order by itself when it %s', async (_, differences, reason) => {
    const { orderId, status } = await opened(await kitchen.aRestaurant(differences));
    expect(status).toBe('rejected');
    expect(await kitchen.sends(orderId, TicketRejected)).toEqual({ orderId, reason });
  });

  it('rejects an order of a restaurant that does not exist', async () => {
    const { reason } = await opened('rst_00000000000000000000000000');
    expect(reason).toBe('This restaurant does not take orders any more.');
  });

  it('rejects a dish that it has taken off', async () => {
    await kitchen.patch(`/restaurants/${restaurantId}/items/dosa`, { available: false });
    expect((await opened()).reason).toBe('Dosa Corner does not offer dosa at the moment.');
  });

  it('does nothing with an order that was called off before it came', async () => {
    const orderId = kitchen.anOrder();
    await kitchen.hear(CancelTicket({ orderId, reason: 'Never mind' }));
    await kitchen.sends(orderId, TicketCancelled);
    await kitchen.hear(openTicket(orderId, restaurantId, line('dosa')));
    expect(await kitchen.sent(orderId)).toEqual([TicketCancelled.type]);
    expect(await stockOf(kitchen.db, restaurantId, 'dosa')).toEqual({ onHand: 5, reserved: 0 });
    expect(await kitchen.provider(Questions).ask(TicketOfOrder, { orderId }, { withinMs: 1_000 })).toBeNull();
  });

  it('answers every call to stop, again and again, before and after', async () => {
    const orderId = kitchen.anOrder();
    await kitchen.hear(...['Once', 'Twice'].map((reason) => CancelTicket({ orderId, reason })));
    expect(await kitchen.sent(orderId)).toEqual([TicketCancelled.type, TicketCancelled.type]);
  });

  it('lets the order be opened and called off at once: in the end nothing is held', async () => {
    const orders = Array.from({ length: 10 }, () => kitchen.anOrder());
    await Promise.all(
      orders.flatMap((orderId) => [
        kitchen.hear(openTicket(orderId, restaurantId, line('dosa'))),
        kitchen.hear(CancelTicket({ orderId, reason: 'Oops' })),
      ]),
    );
    expect(await stockOf(kitchen.db, restaurantId, 'dosa')).toEqual({ onHand: 5, reserved: 0 });
    expect(
      await kitchen.db.read(
        `select 1 from tickets where order_id = any($1) and status not in ('cancelled', 'rejected')`,
        [orders],
      ),
    ).toEqual([]);
  });

  it('does not cook what was cancelled', async () => {
    const { ticketId, orderId } = await opened();
    await kitchen.hear(CancelTicket({ orderId, reason: 'Too slow' }));
    await kitchen.hear(ConfirmTicket({ orderId }));
    expect((await say(ticketId, 'preparing')).body).toMatchObject({ status: 409, code: 'restaurant.cannot-prepare' });
  });

  it('refuses a revision once it cooks', async () => {
    const { ticketId, orderId } = await opened();
    await say(ticketId, 'accept');
    await kitchen.hear(ConfirmTicket({ orderId }));
    await say(ticketId, 'preparing');
    await kitchen.hear(ReviseTicket({ orderId, revision: 1, lines: [line('idli')], total: null }));
    expect(await kitchen.sends(orderId, TicketRevisionRefused)).toEqual({
      orderId,
      revision: 1,
      reason: 'The kitchen has already begun to cook.',
    });
  });

  it('cooks by itself on autopilot, once the order is confirmed', async () => {
    const { orderId } = await opened(await kitchen.aRestaurant({ autopilot: true }));
    await kitchen.sends(orderId, TicketAccepted);
    await kitchen.hear(ConfirmTicket({ orderId }));
    await kitchen.sends(orderId, TicketReady);
    expect(await kitchen.sent(orderId)).toEqual([TicketAccepted, TicketPreparing, TicketReady].map(({ type }) => type));
  });

  it('ignores a timer of a step that is past', async () => {
    const { orderId } = await opened();
    await kitchen.hear(AdvanceTicket({ orderId, step: 'finish' }));
    expect((await kitchen.ticketOf(orderId)).status).toBe('open');
  });

  it('tells its neighbours about the ticket of an order', async () => {
    const { orderId, ticketId } = await opened();
    expect(await kitchen.provider(Questions).ask(TicketOfOrder, { orderId }, { withinMs: 1_000 })).toMatchObject({
      ticketId,
      status: 'open',
    });
  });

  it('tells its neighbours what it has said about an order', async () => {
    const { orderId, ticketId } = await opened();
    await say(ticketId, 'accept');
    const history = await kitchen.provider(Questions).ask(RestaurantHistory, { orderId }, { withinMs: 1_000 });
    expect(history).toMatchObject([
      { module: 'restaurant', type: 'restaurant.ticket-accepted', key: orderId, keyVersion: 1 },
    ]);
  });

  it('has a board: what is new first, or what is to be done in the order in which it came', async () => {
    const tickets = [await opened(), await opened(), await opened()];
    await say(tickets[1]?.ticketId ?? '', 'accept');
    const board = async (query = '') =>
      (await kitchen.get<TicketBoard>(`/restaurants/${restaurantId}/tickets${query}`)).body;
    const numbers = ({ items }: TicketBoard) =>
      items.map(({ ticketId }) => tickets.findIndex((ticket) => ticket.ticketId === ticketId));
    expect(numbers(await board())).toEqual([2, 1, 0]);
    expect(numbers(await board('?status=open'))).toEqual([0, 2]);
    const page = await board('?limit=2');
    expect([numbers(page), numbers(await board(`?limit=2&after=${page.next}`))]).toEqual([[2, 1], [0]]);
  });
});
