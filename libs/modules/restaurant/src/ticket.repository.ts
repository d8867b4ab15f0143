import { Injectable } from '@nestjs/common';
import { ticketIdOf, type OrderId, type TicketId } from '@thali/contracts';
import { schedule, send } from '@thali/kit/messaging';
import type { RowOf, Tx } from '@thali/kit/postgres';
import { announce } from './domain/announce';
import { ticketNotFound } from './domain/errors';
import { evolve, fateOfHold, holdOf, nextOnAutopilot, type Ticket, type TicketEvent } from './domain/ticket';
import { Tickets } from './entities';
import { RestaurantSettings } from './settings';
import { Stock } from './stock.repository';
import { AdvanceTicket } from './timers';

/** The kitchen's tickets. What happens to one is saved, announced, and settled with the stock in one transaction. */
@Injectable()
export class TicketRepository {
  constructor(
    private readonly stock: Stock,
    private readonly settings: RestaurantSettings,
  ) {}

  /** Whether its ticket has come, or it was called off before. */
  async knows(tx: Tx, orderId: OrderId): Promise<boolean> {
    return (await tx.one(ticketOfOrder, { orderId })) !== undefined;
  }

  async ofOrder(tx: Tx, orderId: OrderId): Promise<Ticket | undefined> {
    const row = await tx.one(ticketOfOrder, { orderId });
    return row && ticketOf(row);
  }

  /** @throws {DomainError} `restaurant.ticket-not-found` */
  async get(tx: Tx, ticketId: TicketId): Promise<Ticket> {
    const row = await tx.one(Tickets.find, { ticketId });
    const ticket = row && ticketOf(row);
    if (!ticket) throw ticketNotFound(ticketId);
    return ticket;
  }

  /** A new ticket, to which this may have happened already. If its order is called off in this very moment, this runs again and knows. */
  add(tx: Tx, ticket: Ticket, events: readonly TicketEvent[]): void {
    const after = events.reduce(evolve, ticket);
    tx.defer(Tickets.insert, after);
    this.tell(tx, after, events);
  }

  /**
   * Makes happen what was decided about the ticket as it was read. When it has changed since, the unit of work runs again.
   *
   * @returns the ticket as it is now.
   */
  change(tx: Tx, ticket: Ticket, events: readonly TicketEvent[]): Ticket {
    if (events.length === 0) return ticket;
    const after = events.reduce(evolve, ticket);
    tx.defer(Tickets.update, after);
    const fate = fateOfHold(ticket, after);
    if (fate) this.stock.settle(tx, fate, holdOf(ticket));
    this.tell(tx, after, events);
    return { ...after, version: ticket.version + 1 };
  }

  /** Remembers that an order was called off before its ticket came. If it comes meanwhile, the unit of work runs again. */
  async callOff(tx: Tx, orderId: OrderId, reason: string): Promise<void> {
    if (await this.knows(tx, orderId)) return;
    const ticketId = ticketIdOf(orderId);
    tx.defer(Tickets.insert, { ticketId, orderId, status: 'cancelled', lines: [], autopilot: false, reason });
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

const ticketOfOrder = Tickets.findBy('orderId');

/** Undefined for the mark of an order that was called off before its ticket came. */
export function ticketOf({ restaurantId, ...row }: RowOf<typeof Tickets>): Ticket | undefined {
  return restaurantId === null ? undefined : { ...row, restaurantId };
}
