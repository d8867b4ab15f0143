import { Injectable } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { TicketId, TicketView } from '@thali/contracts';
import { transactionOf } from '@thali/kit/nest';
import { delayTicket } from './domain/ticket';
import { TicketRepository } from './ticket.repository';
import { viewOf } from './ticket-board.view';

/** A cook says that it will take longer. */
export class DelayTicket extends Command<TicketView> {
  constructor(
    readonly ticketId: TicketId,
    /** Later than first promised, in all. */
    readonly minutes: number,
  ) {
    super();
  }
}

@Injectable()
@CommandHandler(DelayTicket)
export class DelayTicketHandler implements ICommandHandler<DelayTicket> {
  constructor(private readonly tickets: TicketRepository) {}

  async execute(command: DelayTicket): Promise<TicketView> {
    const tx = transactionOf(command);
    const { ticketId, minutes } = command;
    const ticket = await this.tickets.get(tx, ticketId);
    return viewOf(this.tickets.change(tx, ticket, delayTicket(ticket, minutes)));
  }
}
