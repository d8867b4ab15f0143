import { Injectable } from '@nestjs/common';
import type { DataOf } from '@thali/kit/core';
import { Handles } from '@thali/kit/messaging';
import type { Tx } from '@thali/kit/postgres';
import { acceptTicket, finishTicket, nextOnAutopilot, prepareTicket } from './domain/ticket';
import { AdvanceTicket } from './timers';
import { TicketRepository } from './ticket.repository';

const steps = { accept: acceptTicket, prepare: prepareTicket, finish: finishTicket };

/** The cook of a kitchen on autopilot. */
@Injectable()
export class AdvanceTicketHandler {
  constructor(private readonly tickets: TicketRepository) {}

  @Handles(AdvanceTicket, 'restaurant.advance-ticket')
  async handle({ orderId, step }: DataOf<typeof AdvanceTicket>, tx: Tx): Promise<void> {
    const ticket = await this.tickets.ofOrder(tx, orderId);
    if (!ticket || nextOnAutopilot(ticket) !== step) return; // The ticket has moved on since the timer was set.
    this.tickets.change(tx, ticket, steps[step](ticket));
  }
}
