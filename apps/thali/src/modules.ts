import type { ModuleName } from '@thali/contracts';
import { DeliveryModule } from '@thali/delivery';
import type { AppOptions } from '@thali/kit/nest/run';
import { OrderModule } from '@thali/order';
import { PaymentModule } from '@thali/payment';
import { RestaurantModule } from '@thali/restaurant';

/** All modules of the system, for one process. */
export const modules = {
  order: OrderModule,
  payment: PaymentModule,
  restaurant: RestaurantModule,
  delivery: DeliveryModule,
} satisfies AppOptions['modules'] & Record<ModuleName, unknown>;
