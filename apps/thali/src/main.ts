import { DeliveryModule } from '@thali/delivery';
import { listeners } from '@thali/contracts';
import { run } from '@thali/kit/nest';
import { OrderModule } from '@thali/order';
import { PaymentModule } from '@thali/payment';
import { RestaurantModule } from '@thali/restaurant';
import { docs } from './docs';
import { welcome } from './welcome';

const modules = { order: OrderModule, payment: PaymentModule, restaurant: RestaurantModule, delivery: DeliveryModule };
void run({ name: 'thali', modules, listeners, docs, welcome });
