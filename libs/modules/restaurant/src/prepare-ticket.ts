import { Injectable } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { TicketId, TicketView } from '@thali/contracts';
import { transactionOf } from '@thali/kit/nest';
import { prepareTicket } from './domain/ticket';
import { TicketRepository } from './ticket.repository';
import { viewOf } from './ticket-board.view';

/** A cook begins: from here on the portions are gone. */
export class PrepareTicket extends Command<TicketView> {
  constructor(readonly ticketId: TicketId) {
    super();
  }
}

@Injectable()
@CommandHandler(PrepareTicket)
export class PrepareTicketHandler implements ICommandHandler<PrepareTicket> {
  constructor(private readonly tickets: TicketRepository) {}

  async execute(command: PrepareTicket): Promise<TicketView> {
    const tx = transactionOf(command);
    const { ticketId } = command;
    const ticket = await this.tickets.get(tx, ticketId);
    return viewOf(this.tickets.change(tx, ticket, prepareTicket(ticket)));
  }
}
