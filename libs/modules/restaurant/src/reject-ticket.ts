import { Injectable } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { TicketId, TicketView } from '@thali/contracts';
import { transactionOf } from '@thali/kit/nest';
import { rejectTicket } from './domain/ticket';
import { TicketRepository } from './ticket.repository';
import { viewOf } from './ticket-board.view';

/** A cook will not make it: the portions are free again. */
export class RejectTicket extends Command<TicketView> {
  constructor(
    readonly ticketId: TicketId,
    readonly reason: string,
  ) {
    super();
  }
}

@Injectable()
@CommandHandler(RejectTicket)
export class RejectTicketHandler implements ICommandHandler<RejectTicket> {
  constructor(private readonly tickets: TicketRepository) {}

  async execute(command: RejectTicket): Promise<TicketView> {
    const tx = transactionOf(command);
    const { ticketId, reason } = command;
    const ticket = await this.tickets.get(tx, ticketId);
    return viewOf(this.tickets.change(tx, ticket, rejectTicket(ticket, reason)));
  }
}
