import { Module, type OnModuleInit } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { Kit, Runtime, provideSettings } from '@thali/kit/nest';
import { Database } from '@thali/kit/postgres';
import { repositoriesOf } from '@thali/kit/postgres/repositories';
import { AcceptOfferHandler } from './accept-offer';
import { CancelDeliveryHandler } from './cancel-delivery';
import { CollectMealHandler } from './collect-meal';
import { ContinueSearchHandler } from './continue-search';
import { CourierController } from './courier.controller';
import { CourierRepository } from './courier.repository';
import { CourierByIdHandler, CouriersHandler, OffersToCourierHandler } from './courier.view';
import { DeclineOfferHandler } from './decline-offer';
import { DeliverMealHandler } from './deliver-meal';
import { DeliveryController } from './delivery.controller';
import { DeliveryRepository } from './delivery.repository';
import { DeliveryAnswers, TripWithIdHandler } from './delivery.view';
import { Dispatch } from './dispatch';
import { DriveCourierHandler } from './drive-courier';
import { EndShiftHandler } from './end-shift';
import { entities } from './entities';
import { FailDeliveryHandler } from './fail-delivery';
import { migrations } from './migrations';
import { PickUpMealHandler } from './pick-up-meal';
import { RegisterCourierHandler } from './register-courier';
import { ReportPositionHandler } from './report-position';
import { RequestDeliveryHandler } from './request-delivery';
import { seedCouriers } from './seed-couriers';
import { DeliverySettings } from './settings';
import { StartShiftHandler } from './start-shift';

const parts = [DeliveryRepository, CourierRepository, Dispatch];
const messages = [
  RequestDeliveryHandler,
  CollectMealHandler,
  CancelDeliveryHandler,
  ContinueSearchHandler,
  DriveCourierHandler,
];
const journeys = [AcceptOfferHandler, DeclineOfferHandler, PickUpMealHandler, DeliverMealHandler, FailDeliveryHandler];
const couriers = [RegisterCourierHandler, StartShiftHandler, EndShiftHandler, ReportPositionHandler];
const views = [CourierByIdHandler, CouriersHandler, OffersToCourierHandler, TripWithIdHandler, DeliveryAnswers];

@Module({
  imports: [CqrsModule, Kit.forModule({ name: 'delivery', migrations })],
  controllers: [CourierController, DeliveryController],
  providers: [
    provideSettings(DeliverySettings),
    ...parts,
    ...messages,
    ...journeys,
    ...couriers,
    ...views,
    ...repositoriesOf(entities),
  ],
})
export class DeliveryModule implements OnModuleInit {
  constructor(
    private readonly runtime: Runtime,
    private readonly db: Database,
  ) {}

  async onModuleInit(): Promise<void> {
    if (this.runtime.settings.seed) await seedCouriers(this.db);
  }
}
