import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { TicketId, TicketView } from '@thali/contracts';
import type { Tx } from '@thali/kit/postgres';
import { rejectTicket } from './domain/ticket';
import { Tickets } from './ticket.repository';
import { viewOf } from './ticket-board.view';

/** A cook will not make it: the portions are free again. */
export class RejectTicket extends Command<TicketView> {
  constructor(
    readonly tx: Tx,
    readonly ticketId: TicketId,
    readonly reason: string,
  ) {
    super();
  }
}

@CommandHandler(RejectTicket)
export class RejectTicketHandler implements ICommandHandler<RejectTicket> {
  constructor(private readonly tickets: Tickets) {}

  async execute({ tx, ticketId, reason }: RejectTicket): Promise<TicketView> {
    const ticket = await this.tickets.get(tx, ticketId);
    return viewOf(this.tickets.change(tx, ticket, rejectTicket(ticket, reason)));
  }
}
