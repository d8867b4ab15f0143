import { Injectable } from '@nestjs/common';
import { ConfirmTicket } from '@thali/contracts';
import type { DataOf } from '@thali/kit/core';
import { Handles } from '@thali/kit/messaging';
import type { Tx } from '@thali/kit/postgres';
import { confirmTicket } from './domain/ticket';
import { TicketRepository } from './ticket.repository';

/** Money and courier are settled: the cook may begin. */
@Injectable()
export class ConfirmTicketHandler {
  constructor(private readonly tickets: TicketRepository) {}

  @Handles(ConfirmTicket, 'restaurant.confirm-ticket')
  async handle({ orderId }: DataOf<typeof ConfirmTicket>, tx: Tx): Promise<void> {
    const ticket = await this.tickets.ofOrder(tx, orderId);
    if (ticket) this.tickets.change(tx, ticket, confirmTicket(ticket));
  }
}
