import { Controller, Get, Post, Res, UseInterceptors } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CourierId } from '@thali/contracts';
import { inTransaction } from '@thali/kit/nest';
import { InBody, InPath, InQuery, InTransaction, Refuses, Returns, UnitOfWork, cursorOf } from '@thali/kit/http';
import type { Tx } from '@thali/kit/postgres';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import {
  CourierById,
  CourierPage,
  CourierView,
  CourierWithTrips,
  Couriers,
  OfferView,
  OffersToCourier,
} from './courier.view';
import { EndShift } from './end-shift';
import { noSuchCourier } from './refusals';
import { RegisterCourier, SignUp } from './register-courier';
import { Position, ReportPosition } from './report-position';
import { couriersOfSeed } from './seed-couriers';
import { StartShift } from './start-shift';

const Page = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  after: cursorOf(CourierId),
});
const AnyCourier = CourierId.meta({ example: couriersOfSeed[0]?.courierId });
const Offers = z.object({ items: z.array(OfferView) });

@Controller('couriers')
@UseInterceptors(UnitOfWork)
@ApiTags('Couriers')
export class CourierController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Post()
  @ApiOperation({ summary: 'Sign up a courier' })
  @Returns(201, CourierView, 'The courier, off shift.')
  async register(
    @InBody(SignUp) courier: SignUp,
    @InTransaction() tx: Tx,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CourierView> {
    const registered = await this.commands.execute(inTransaction(tx, new RegisterCourier(courier)));
    void reply.header('location', `/couriers/${registered.courierId}`);
    return registered;
  }

  @Get()
  @ApiOperation({ summary: 'The couriers' })
  @Returns(200, CourierPage, 'The couriers; those of the seed first, then by when they signed up.')
  list(@InQuery(Page) { limit, after }: z.infer<typeof Page>): Promise<CourierPage> {
    return this.queries.execute(new Couriers(limit, after));
  }

  @Get(':id')
  @ApiOperation({ summary: 'One courier' })
  @Refuses(noSuchCourier)
  @Returns(200, CourierWithTrips, 'The courier, with what they are delivering now.')
  show(@InPath('id', AnyCourier) courierId: string): Promise<CourierWithTrips> {
    return this.queries.execute(new CourierById(courierId));
  }

  @Get(':id/offers')
  @ApiOperation({ summary: 'What the courier is offered' })
  @Refuses(noSuchCourier)
  @Returns(200, Offers, 'The offers that the courier can accept or decline now.')
  offers(@InPath('id', AnyCourier) courierId: string): Promise<{ items: OfferView[] }> {
    return this.queries.execute(new OffersToCourier(courierId));
  }

  @Post(':id/on-shift')
  @ApiOperation({ summary: 'Begin the shift' })
  @Refuses(noSuchCourier)
  @Returns(200, CourierView, 'The courier gets offers from now on.')
  startShift(@InPath('id', AnyCourier) courierId: string, @InTransaction() tx: Tx): Promise<CourierView> {
    return this.commands.execute(inTransaction(tx, new StartShift(courierId)));
  }

  @Post(':id/off-shift')
  @ApiOperation({ summary: 'End the shift' })
  @Refuses(noSuchCourier)
  @Returns(200, CourierView, 'The courier gets no new offers.')
  endShift(@InPath('id', AnyCourier) courierId: string, @InTransaction() tx: Tx): Promise<CourierView> {
    return this.commands.execute(inTransaction(tx, new EndShift(courierId)));
  }

  @Post(':id/position')
  @ApiOperation({ summary: 'Say where the courier is' })
  @Refuses(noSuchCourier)
  @Returns(200, CourierView, 'The courier, at the latest position known: reports that come late change nothing.')
  reportPosition(
    @InPath('id', AnyCourier) courierId: string,
    @InBody(Position) position: Position,
    @InTransaction() tx: Tx,
  ): Promise<CourierView> {
    return this.commands.execute(inTransaction(tx, new ReportPosition(courierId, position)));
  }
}
