import { Injectable } from '@nestjs/common';
import { CancelTicket, TicketCancelled } from '@thali/contracts';
import type { DataOf } from '@thali/kit/core';
import { Handles, send } from '@thali/kit/messaging';
import type { Tx } from '@thali/kit/postgres';
import { cancelTicket } from './domain/ticket';
import { TicketRepository } from './ticket.repository';

/** Stops, whatever has been done or not yet heard of. Always answers. */
@Injectable()
export class CancelTicketHandler {
  constructor(private readonly tickets: TicketRepository) {}

  @Handles(CancelTicket, 'restaurant.cancel-ticket')
  async handle({ orderId, reason }: DataOf<typeof CancelTicket>, tx: Tx): Promise<void> {
    const ticket = await this.tickets.ofOrder(tx, orderId);
    if (ticket) this.tickets.change(tx, ticket, cancelTicket(ticket, reason));
    else await this.tickets.callOff(tx, orderId, reason);
    send(tx, TicketCancelled({ orderId }));
  }
}
