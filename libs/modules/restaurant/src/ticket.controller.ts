import { Controller, Get, Post, UseInterceptors } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { RestaurantId, TicketId, TicketView } from '@thali/contracts';
import { inTransaction } from '@thali/kit/nest';
import { InBody, InPath, InQuery, InTransaction, Refuses, Returns, UnitOfWork } from '@thali/kit/http';
import type { Tx } from '@thali/kit/postgres';
import { z } from 'zod';
import { AcceptTicket } from './accept-ticket';
import { DelayTicket } from './delay-ticket';
import { FinishTicket } from './finish-ticket';
import { PrepareTicket } from './prepare-ticket';
import { noSuchTicket, tooLateTo } from './refusals';
import { RejectTicket } from './reject-ticket';
import { BoardFilter, OneTicket, TicketBoard, TicketsOfRestaurant } from './ticket-board.view';

const Rejection = z
  .object({ reason: z.string().trim().min(1).max(300).default('The kitchen cannot make it today.') })
  .meta({ example: { reason: 'We have run out of dosa batter.' } });
const Delay = z.object({ minutes: z.int().min(1).max(240) }).meta({ example: { minutes: 10 } });

/** The kitchen board: what cooks see and say. Saying the same twice changes nothing; saying it too late is 409. */
@ApiTags('Tickets')
@Controller()
@UseInterceptors(UnitOfWork)
export class TicketController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get('restaurants/:restaurantId/tickets')
  @ApiOperation({ summary: 'The kitchen board of a restaurant' })
  @Returns(200, TicketBoard, 'A page of tickets; `next` leads to the one after it')
  board(
    @InPath('restaurantId', RestaurantId) restaurantId: RestaurantId,
    @InQuery(BoardFilter) filter: BoardFilter,
  ): Promise<TicketBoard> {
    return this.queries.execute(new TicketsOfRestaurant(restaurantId, filter));
  }

  @Get('tickets/:ticketId')
  @ApiOperation({ summary: 'One ticket' })
  @Refuses(noSuchTicket)
  @Returns(200, TicketView, 'The ticket')
  one(@InPath('ticketId', TicketId) ticketId: TicketId): Promise<TicketView> {
    return this.queries.execute(new OneTicket(ticketId));
  }

  @Post('tickets/:ticketId/accept')
  @ApiOperation({ summary: 'We will make it' })
  @Refuses(noSuchTicket, tooLateTo.accept)
  @Returns(200, TicketView, 'The ticket as it is now')
  accept(@InPath('ticketId', TicketId) ticketId: TicketId, @InTransaction() tx: Tx): Promise<TicketView> {
    return this.commands.execute(inTransaction(tx, new AcceptTicket(ticketId)));
  }

  @Post('tickets/:ticketId/reject')
  @ApiOperation({
    summary: 'We will not make it',
    description: 'Only while the ticket is open. The customer reads the reason.',
  })
  @Refuses(noSuchTicket, tooLateTo.reject)
  @Returns(200, TicketView, 'The ticket as it is now')
  reject(
    @InPath('ticketId', TicketId) ticketId: TicketId,
    @InBody(Rejection) { reason }: z.infer<typeof Rejection>,
    @InTransaction() tx: Tx,
  ): Promise<TicketView> {
    return this.commands.execute(inTransaction(tx, new RejectTicket(ticketId, reason)));
  }

  @Post('tickets/:ticketId/delay')
  @ApiOperation({
    summary: 'It will take longer',
    description: 'So many minutes more than first promised, in all: the last word wins.',
  })
  @Refuses(noSuchTicket, tooLateTo.delay)
  @Returns(200, TicketView, 'The ticket as it is now')
  delay(
    @InPath('ticketId', TicketId) ticketId: TicketId,
    @InBody(Delay) { minutes }: z.infer<typeof Delay>,
    @InTransaction() tx: Tx,
  ): Promise<TicketView> {
    return this.commands.execute(inTransaction(tx, new DelayTicket(ticketId, minutes)));
  }

  @Post('tickets/:ticketId/preparing')
  @ApiOperation({
    summary: 'We have begun',
    description: 'Only once the order is confirmed. From here on cancelling costs the customer.',
  })
  @Refuses(noSuchTicket, tooLateTo.prepare)
  @Returns(200, TicketView, 'The ticket as it is now')
  preparing(@InPath('ticketId', TicketId) ticketId: TicketId, @InTransaction() tx: Tx): Promise<TicketView> {
    return this.commands.execute(inTransaction(tx, new PrepareTicket(ticketId)));
  }

  @Post('tickets/:ticketId/ready')
  @ApiOperation({ summary: 'It can be picked up' })
  @Refuses(noSuchTicket, tooLateTo.finish)
  @Returns(200, TicketView, 'The ticket as it is now')
  ready(@InPath('ticketId', TicketId) ticketId: TicketId, @InTransaction() tx: Tx): Promise<TicketView> {
    return this.commands.execute(inTransaction(tx, new FinishTicket(ticketId)));
  }
}
