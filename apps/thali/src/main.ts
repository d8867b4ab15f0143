import { DeliveryModule } from '@thali/delivery';
import { listeners, secretFields as redact } from '@thali/contracts';
import { run } from '@thali/kit/nest/run';
import { OrderModule } from '@thali/order';
import { PaymentModule } from '@thali/payment';
import { RestaurantModule } from '@thali/restaurant';
import { docs } from './docs';
import { welcome } from './welcome';

const modules = { order: OrderModule, payment: PaymentModule, restaurant: RestaurantModule, delivery: DeliveryModule };
void run({ name: 'thali', modules, listeners, redact, docs, welcome });
