import { Injectable } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { TicketId, TicketView } from '@thali/contracts';
import { transactionOf } from '@thali/kit/nest';
import { acceptTicket } from './domain/ticket';
import { TicketRepository } from './ticket.repository';
import { viewOf } from './ticket-board.view';

/** A cook will make it. */
export class AcceptTicket extends Command<TicketView> {
  constructor(readonly ticketId: TicketId) {
    super();
  }
}

@Injectable()
@CommandHandler(AcceptTicket)
export class AcceptTicketHandler implements ICommandHandler<AcceptTicket> {
  constructor(private readonly tickets: TicketRepository) {}

  async execute(command: AcceptTicket): Promise<TicketView> {
    const tx = transactionOf(command);
    const { ticketId } = command;
    const ticket = await this.tickets.get(tx, ticketId);
    return viewOf(this.tickets.change(tx, ticket, acceptTicket(ticket)));
  }
}
