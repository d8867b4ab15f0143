import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { Runtime, ServiceModule } from '@thali/kit/nest';
import { CancelOrderHandler } from './cancel-order';
import { StopOrderHandler } from './stop-order';
import { FollowOrder } from './follow-order';
import { FulfilOrder } from './fulfil-order';
import { MenuView } from './menu.view';
import { migrations } from './migrations';
import { GetOrderDetailsHandler } from './order-details.query';
import { GetOrderHistoryHandler } from './order-history.query';
import { OrderTrackingView, TrackOrderHandler } from './order-tracking.view';
import { OrderController, OrderStreamController } from './order.controller';
import { CustomerOrdersHandler, GetOrderHandler } from './order.queries';
import { OrderRepository } from './order.repository';
import { PlaceOrderHandler } from './place-order';
import { QuoteOrderHandler } from './quote-order';
import { ReviseOrderHandler, ReviseOrderProcess } from './revise-order';
import { SeedExampleOrder } from './seed-example-order';
import { OrderSettings } from './settings';

@Module({
  imports: [CqrsModule, ServiceModule.register({ name: 'order', migrations })],
  controllers: [OrderController, OrderStreamController],
  providers: [
    { provide: OrderSettings, inject: [Runtime], useFactory: ({ env }: Runtime) => OrderSettings.from(env) },
    OrderRepository,
    PlaceOrderHandler,
    QuoteOrderHandler,
    CancelOrderHandler,
    StopOrderHandler,
    ReviseOrderHandler,
    FulfilOrder,
    ReviseOrderProcess,
    MenuView,
    OrderTrackingView,
    TrackOrderHandler,
    FollowOrder,
    GetOrderHandler,
    GetOrderDetailsHandler,
    GetOrderHistoryHandler,
    CustomerOrdersHandler,
    SeedExampleOrder,
  ],
})
export class OrderModule {}
