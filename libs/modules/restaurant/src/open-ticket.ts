import { Injectable } from '@nestjs/common';
import { OpenTicket, ticketIdOf, type OrderLine } from '@thali/contracts';
import type { DataOf } from '@thali/kit/core';
import { Handles } from '@thali/kit/messaging';
import type { Tx } from '@thali/kit/postgres';
import { holdOf, newTicket, rejectTicket, type Ticket, type TicketLine } from './domain/ticket';
import { takesOrders, type Restaurant } from './domain/restaurant';
import { RestaurantRepository } from './restaurant.repository';
import { Stock, type Lacking } from './stock.repository';
import { TicketRepository } from './ticket.repository';

/** Reserves the portions and puts the ticket before a cook; or rejects it with a reason that a customer understands. */
@Injectable()
export class OpenTicketHandler {
  constructor(
    private readonly restaurants: RestaurantRepository,
    private readonly stock: Stock,
    private readonly tickets: TicketRepository,
  ) {}

  @Handles(OpenTicket, 'restaurant.open-ticket')
  async handle({ orderId, restaurantId, lines }: DataOf<typeof OpenTicket>, tx: Tx): Promise<void> {
    const [known, restaurant] = await Promise.all([
      this.tickets.knows(tx, orderId),
      this.restaurants.find(tx, restaurantId),
    ]);
    if (known) return; // Called off before it came.
    const ticketId = ticketIdOf(orderId);
    const ticket = newTicket({
      ticketId,
      orderId,
      restaurantId,
      lines: lines.map(forTheCook),
      autopilot: restaurant?.autopilot ?? false,
    });
    const refusal = await this.refuse(tx, ticket, restaurant);
    this.tickets.add(tx, ticket, refusal ? rejectTicket(ticket, refusal) : []);
  }

  private async refuse(tx: Tx, ticket: Ticket, restaurant: Restaurant | undefined): Promise<string | undefined> {
    if (!restaurant) return 'This restaurant does not take orders any more.';
    if (!takesOrders(restaurant, tx.now)) return `${restaurant.name} is closed.`;
    const lacking = await this.stock.reserve(tx, holdOf(ticket));
    return lacking && explainLacking(lacking, ticket.lines, restaurant.name);
  }
}

/** What a cook needs to know of a line. */
export function forTheCook({ itemId, name, quantity, modifierIds }: OrderLine): TicketLine {
  return { itemId, name, quantity, modifierIds };
}

/** Names the dish, in words for the customer. */
export function explainLacking({ itemId, problem }: Lacking, lines: readonly TicketLine[], restaurant: string): string {
  const dish = lines.find((line) => line.itemId === itemId)?.name ?? itemId;
  if (problem === 'not-offered') return `${restaurant} does not offer ${dish} at the moment.`;
  return `${restaurant} does not have enough ${dish} left.`;
}
