import { Injectable } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { InjectRepository } from '@nestjs/typeorm';
import {
  RestaurantHistory,
  TicketId,
  TicketOfOrder,
  TicketStatus,
  TicketView,
  type HistoryEntry,
  type OrderId,
} from '@thali/contracts';
import { cursorOf } from '@thali/kit/http';
import { Answers, historyOf } from '@thali/kit/messaging';
import { Database, type RowOf } from '@thali/kit/postgres';
import type { ReadRepository } from '@thali/kit/postgres/repositories';
import { z } from 'zod';
import { ticketNotFound } from './domain/errors';
import type { Ticket } from './domain/ticket';
import { Tickets } from './entities';
import { ticketOf } from './ticket.repository';

export const TicketBoard = z.object({
  items: z.array(TicketView),
  /** Give it as `after` to see more; null at the end. */
  next: z.string().nullable(),
});
export type TicketBoard = z.infer<typeof TicketBoard>;

export const BoardFilter = z.object({
  status: TicketStatus.optional().meta({
    description: 'Only these, oldest first: the kitchen works them off. Without it all tickets, newest first.',
  }),
  after: cursorOf(TicketId),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type BoardFilter = z.infer<typeof BoardFilter>;

/** Sorts after every id. */
const afterAll = `tkt_${'z'.repeat(26)}`;

export class TicketsOfRestaurant extends Query<TicketBoard> {
  constructor(
    readonly restaurantId: string,
    readonly filter: BoardFilter,
  ) {
    super();
  }
}

/** What hangs on the kitchen's wall. Read from the tickets themselves: it is never behind. */
@Injectable()
@QueryHandler(TicketsOfRestaurant)
export class TicketsOfRestaurantHandler implements IQueryHandler<TicketsOfRestaurant> {
  constructor(private readonly db: Database) {}

  async execute({ restaurantId, filter: { status, after, limit } }: TicketsOfRestaurant): Promise<TicketBoard> {
    const [beyond, direction, begin] = status ? ['>', 'asc', ''] : ['<', 'desc', afterAll];
    // One walk down the index per status, so that the cost does not grow with the number of tickets.
    const tickets = await this.db.read<Ticket>(
      `select ${Tickets.columns('t')} from (
         select t.* from unnest($2::text[]) as wanted(status) cross join lateral (
           select * from tickets where restaurant_id = $1 and status = wanted.status and ticket_id ${beyond} $3
           order by ticket_id ${direction} limit $4
         ) t
       ) t order by ticket_id ${direction} limit $4`,
      [restaurantId, status ? [status] : TicketStatus.options, after ?? begin, limit],
    );
    const last = tickets.length === limit ? tickets.at(-1) : undefined;
    return { items: tickets.map(viewOf), next: last?.ticketId ?? null };
  }
}

export class OneTicket extends Query<TicketView> {
  constructor(readonly ticketId: TicketId) {
    super();
  }
}

@Injectable()
@QueryHandler(OneTicket)
export class OneTicketHandler implements IQueryHandler<OneTicket> {
  constructor(@InjectRepository(Tickets) private readonly tickets: ReadRepository<RowOf<typeof Tickets>>) {}

  /** @throws {DomainError} `restaurant.ticket-not-found` */
  async execute({ ticketId }: OneTicket): Promise<TicketView> {
    const row = await this.tickets.findOneBy({ ticketId });
    const ticket = row && ticketOf(row);
    if (!ticket) throw ticketNotFound(ticketId);
    return viewOf(ticket);
  }
}

/** Answers other modules' questions for an order's ticket, and for its messages. */
@Injectable()
export class TicketAnswers {
  constructor(
    private readonly db: Database,
    @InjectRepository(Tickets) private readonly tickets: ReadRepository<RowOf<typeof Tickets>>,
  ) {}

  @Answers(TicketOfOrder)
  async ofOrder({ orderId }: { orderId: OrderId }): Promise<TicketView | null> {
    const row = await this.tickets.findOneBy({ orderId });
    const ticket = row && ticketOf(row);
    return ticket ? viewOf(ticket) : null;
  }

  @Answers(RestaurantHistory)
  history({ orderId }: { orderId: OrderId }): Promise<HistoryEntry[]> {
    return historyOf(this.db, orderId);
  }
}

/** The ticket as others see it. */
export function viewOf({
  ticketId,
  orderId,
  restaurantId,
  status,
  lines,
  reason,
  delayedByMinutes,
  version,
}: Ticket): TicketView {
  return { ticketId, orderId, restaurantId, status, lines: [...lines], reason, delayedByMinutes, version };
}
