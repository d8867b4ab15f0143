import { Controller, Get, Post, Req, Res, UseInterceptors } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { DeliveryId } from '@thali/contracts';
import { inTransaction } from '@thali/kit/nest';
import { InBody, InPath, InTransaction, Refuses, Returns, UnitOfWork, tag } from '@thali/kit/http';
import type { Tx } from '@thali/kit/postgres';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { AcceptOffer } from './accept-offer';
import { DeclineOffer, Declined } from './decline-offer';
import { DeliverMeal } from './deliver-meal';
import { Trip, TripWithId } from './delivery.view';
import { OfferId } from './domain/search';
import { FailDelivery } from './fail-delivery';
import { PickUpMeal } from './pick-up-meal';
import { noSuchDelivery, noSuchOffer, notToBeDelivered, notToBePickedUp, notToFail, offerIsOver } from './refusals';

/** The fence that came with the acceptance. Optional; given, it must be that of the present courier. */
const AsCourier = z.object({ fence: z.int().positive().optional() }).meta({ id: 'AsCourier', example: {} });
type AsCourier = z.infer<typeof AsCourier>;

const Failure = AsCourier.extend({ reason: z.string().min(1).max(300) }).meta({
  id: 'Failure',
  example: { reason: 'A flat tyre.' },
});
type Failure = z.infer<typeof Failure>;

@Controller()
@UseInterceptors(UnitOfWork)
@ApiTags('Deliveries')
export class DeliveryController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Post('offers/:id/accept')
  @ApiOperation({ summary: 'Take the delivery that is offered' })
  @Refuses(noSuchOffer, ...offerIsOver)
  @Returns(200, Trip, 'The delivery, which is theirs now.')
  accept(@InPath('id', OfferId) offerId: string, @InTransaction() tx: Tx): Promise<Trip> {
    return this.commands.execute(inTransaction(tx, new AcceptOffer(offerId)));
  }

  @Post('offers/:id/decline')
  @ApiOperation({ summary: 'Leave the delivery that is offered to others' })
  @Refuses(noSuchOffer, ...offerIsOver)
  @Returns(200, Declined, 'The next nearest courier is asked.')
  decline(@InPath('id', OfferId) offerId: string, @InTransaction() tx: Tx): Promise<Declined> {
    return this.commands.execute(inTransaction(tx, new DeclineOffer(offerId)));
  }

  @Get('deliveries/:id')
  @ApiOperation({ summary: 'One delivery' })
  @Refuses(noSuchDelivery)
  @Returns(200, Trip, 'The delivery; its version is the ETag.')
  async show(
    @InPath('id', DeliveryId) deliveryId: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Trip | undefined> {
    const trip = await this.queries.execute(new TripWithId(deliveryId));
    return tag(request, reply, trip.version) ? undefined : trip;
  }

  @Post('deliveries/:id/pick-up')
  @ApiOperation({ summary: 'I have the meal' })
  @Refuses(noSuchDelivery, ...notToBePickedUp)
  @Returns(200, Trip, 'The courier has the meal.')
  pickUp(
    @InPath('id', DeliveryId) deliveryId: string,
    @InBody(AsCourier) { fence }: AsCourier,
    @InTransaction() tx: Tx,
  ): Promise<Trip> {
    return this.commands.execute(inTransaction(tx, new PickUpMeal(deliveryId, fence)));
  }

  @Post('deliveries/:id/deliver')
  @ApiOperation({ summary: 'The customer has the meal' })
  @Refuses(noSuchDelivery, ...notToBeDelivered)
  @Returns(200, Trip, 'The customer has the meal.')
  deliver(
    @InPath('id', DeliveryId) deliveryId: string,
    @InBody(AsCourier) { fence }: AsCourier,
    @InTransaction() tx: Tx,
  ): Promise<Trip> {
    return this.commands.execute(inTransaction(tx, new DeliverMeal(deliveryId, fence)));
  }

  @Post('deliveries/:id/fail')
  @ApiOperation({ summary: 'I cannot go on' })
  @Refuses(noSuchDelivery, ...notToFail)
  @Returns(200, Trip, 'Before the pick-up another courier is looked for; after it the delivery has failed.')
  fail(
    @InPath('id', DeliveryId) deliveryId: string,
    @InBody(Failure) { fence, reason }: Failure,
    @InTransaction() tx: Tx,
  ): Promise<Trip> {
    return this.commands.execute(inTransaction(tx, new FailDelivery(deliveryId, fence, reason)));
  }
}
