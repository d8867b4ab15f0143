import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { Kit, provideSettings } from '@thali/kit/nest';
import { repositoriesOf } from '@thali/kit/postgres/repositories';
import { CancelOrderHandler } from './cancel-order';
import { entities } from './entities';
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
import { StopOrderHandler } from './stop-order';

@Module({
  imports: [CqrsModule, Kit.forModule({ name: 'order', migrations })],
  controllers: [OrderController, OrderStreamController],
  providers: [
    provideSettings(OrderSettings),
    ...repositoriesOf(entities),
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
