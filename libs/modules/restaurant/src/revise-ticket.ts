import { Injectable } from '@nestjs/common';
import { ReviseTicket, TicketRevisionRefused } from '@thali/contracts';
import type { DataOf } from '@thali/kit/core';
import { Handles, send } from '@thali/kit/messaging';
import type { Tx } from '@thali/kit/postgres';
import { evolve, holdOf, refuseRevision, type Ticket, type TicketEvent } from './domain/ticket';
import { explainLacking, forTheCook } from './open-ticket';
import { RestaurantRepository } from './restaurant.repository';
import { Stock } from './stock.repository';
import { TicketRepository } from './ticket.repository';

/** Cooks this instead, if the kitchen has not begun and has the portions: all of the revision or none of it. */
@Injectable()
export class ReviseTicketHandler {
  constructor(
    private readonly restaurants: RestaurantRepository,
    private readonly stock: Stock,
    private readonly tickets: TicketRepository,
  ) {}

  @Handles(ReviseTicket, 'restaurant.revise-ticket')
  async handle({ orderId, revision, lines, total }: DataOf<typeof ReviseTicket>, tx: Tx): Promise<void> {
    const ticket = await this.tickets.ofOrder(tx, orderId);
    const agreed = total && { lines, total };
    const revised: TicketEvent = { type: 'Revised', revision, lines: lines.map(forTheCook), agreed };
    const refusal = refuseRevision(ticket) ?? (ticket && (await this.lacks(tx, ticket, evolve(ticket, revised))));
    if (refusal) send(tx, TicketRevisionRefused({ orderId, revision, reason: refusal }));
    else if (ticket) this.tickets.change(tx, ticket, [revised]);
  }

  private async lacks(tx: Tx, ticket: Ticket, revised: Ticket): Promise<string | undefined> {
    const lacking = await this.stock.reserve(tx, holdOf(revised), holdOf(ticket));
    if (!lacking) return undefined;
    const restaurant = await this.restaurants.get(tx, ticket.restaurantId);
    return explainLacking(lacking, revised.lines, restaurant.name);
  }
}
