import { Injectable } from '@nestjs/common';
import { ticketIdOf, type OrderId, type TicketId } from '@thali/contracts';
import { DomainError } from '@thali/kit/core';
import { schedule, send } from '@thali/kit/messaging';
import { query, save, type Tx } from '@thali/kit/postgres';
import { announce } from './domain/announce';
import { evolve, fateOfHold, holdOf, nextOnAutopilot, type Ticket, type TicketEvent } from './domain/ticket';
import { AdvanceTicket } from './timers';
import { RestaurantSettings } from './settings';
import { Stock } from './stock.repository';

/** The kitchen's tickets. What happens to one is saved, announced, and settled with the stock in one transaction. */
@Injectable()
export class Tickets {
  constructor(
    private readonly stock: Stock,
    private readonly settings: RestaurantSettings,
  ) {}

  /** Whether its ticket has come, or it was called off before. */
  async knows(tx: Tx, orderId: OrderId): Promise<boolean> {
    return (await tx.one(orderKnown, { orderId })) !== undefined;
  }

  ofOrder(tx: Tx, orderId: OrderId): Promise<Ticket | undefined> {
    return tx.one(ticketOfOrder, { orderId });
  }

  /** @throws {DomainError} `restaurant.no-such-ticket` */
  async get(tx: Tx, ticketId: TicketId): Promise<Ticket> {
    const ticket = await tx.one(ticketById, { ticketId });
    if (!ticket) throw noTicket(ticketId);
    return ticket;
  }

  /** A new ticket, to which this may have happened already. If its order is called off in this very moment, this runs again and knows. */
  add(tx: Tx, ticket: Ticket, events: readonly TicketEvent[]): void {
    const after = events.reduce(evolve, ticket);
    tx.defer(insertTicket, after);
    this.tell(tx, after, events);
  }

  /**
   * Makes happen what was decided about the ticket as it was read. When it has changed since, the unit of work runs again.
   *
   * @returns the ticket as it is now.
   */
  change(tx: Tx, ticket: Ticket, events: readonly TicketEvent[]): Ticket {
    if (events.length === 0) return ticket;
    const after = { ...events.reduce(evolve, ticket), version: ticket.version + 1 };
    tx.defer(updateTicket, after);
    const fate = fateOfHold(ticket, after);
    if (fate) this.stock.settle(tx, fate, holdOf(ticket));
    this.tell(tx, after, events);
    return after;
  }

  /** Remembers that an order was called off before its ticket came. If it comes meanwhile, the unit of work runs again. */
  callOff(tx: Tx, orderId: OrderId, reason: string): void {
    tx.defer(insertCalledOff, { ticketId: ticketIdOf(orderId), orderId, reason });
  }

  private tell(tx: Tx, ticket: Ticket, events: readonly TicketEvent[]): void {
    for (const event of events) {
      const message = announce(ticket, event);
      if (message) send(tx, message);
    }
    const step = nextOnAutopilot(ticket);
    if (step)
      schedule(tx, AdvanceTicket({ orderId: ticket.orderId, step }), {
        afterMs: this.settings.autopilotAfterMs[step],
      });
  }
}

export function noTicket(ticketId: string): DomainError {
  return new DomainError('restaurant.no-such-ticket', 'not-found', `There is no ticket ${ticketId}.`, { ticketId });
}

/** The columns of a {@link Ticket}, for every statement that reads one. Those called off before they came are none. */
export const ticketColumns = `ticket_id as "ticketId", order_id as "orderId", restaurant_id as "restaurantId", status, lines, revision,
  autopilot, reason, delayed_by_minutes as "delayedByMinutes", version`;

const orderKnown = query<{ orderId: string }, { known: true }>(`
  select i.n, true as known from json_to_recordset($1) as i(n int, "orderId" text) join tickets t on t.order_id = i."orderId"`);

const ticketOfOrder = query<{ orderId: string }, Ticket>(`
  select i.n, ${ticketColumns} from json_to_recordset($1) as i(n int, "orderId" text)
  join tickets t on t.order_id = i."orderId" where t.restaurant_id is not null`);

const ticketById = query<{ ticketId: string }, Ticket>(`
  select i.n, ${ticketColumns} from json_to_recordset($1) as i(n int, "ticketId" text)
  join tickets t on t.ticket_id = i."ticketId" where t.restaurant_id is not null`);

const insertTicket = save<Ticket>(`
  insert into tickets (ticket_id, order_id, restaurant_id, status, lines, autopilot, reason)
  select "ticketId", "orderId", "restaurantId", status, lines, autopilot, reason
  from json_to_recordset($1) as i(n int, "ticketId" text, "orderId" text, "restaurantId" text, status text, lines jsonb, autopilot boolean,
    reason text)
  on conflict (order_id) do nothing returning null::int as n`);

const updateTicket = save<Ticket>(`
  update tickets t set status = i.status, lines = i.lines, revision = i.revision, reason = i.reason,
    delayed_by_minutes = i."delayedByMinutes", version = i.version
  from json_to_recordset($1) as i(n int, "ticketId" text, status text, lines jsonb, revision int, reason text,
    "delayedByMinutes" int, version int)
  where t.ticket_id = i."ticketId" and t.version = i.version - 1
  returning i.n`);

const insertCalledOff = save<{ ticketId: string; orderId: string; reason: string }>(`
  insert into tickets (ticket_id, order_id, status, lines, reason)
  select "ticketId", "orderId", 'cancelled', '[]', reason
  from json_to_recordset($1) as i(n int, "ticketId" text, "orderId" text, reason text)
  on conflict (order_id) do update set reason = excluded.reason where tickets.restaurant_id is null
  returning null::int as n`);
