import { Injectable } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { TicketId, TicketView } from '@thali/contracts';
import { transactionOf } from '@thali/kit/nest';
import { finishTicket } from './domain/ticket';
import { TicketRepository } from './ticket.repository';
import { viewOf } from './ticket-board.view';

/** The meal waits for the courier. */
export class FinishTicket extends Command<TicketView> {
  constructor(readonly ticketId: TicketId) {
    super();
  }
}

@Injectable()
@CommandHandler(FinishTicket)
export class FinishTicketHandler implements ICommandHandler<FinishTicket> {
  constructor(private readonly tickets: TicketRepository) {}

  async execute(command: FinishTicket): Promise<TicketView> {
    const tx = transactionOf(command);
    const { ticketId } = command;
    const ticket = await this.tickets.get(tx, ticketId);
    return viewOf(this.tickets.change(tx, ticket, finishTicket(ticket)));
  }
}
