import { listeners } from '@thali/contracts';
import { run } from '@thali/kit/nest';
import { DeliveryModule } from '@thali/delivery';

void run({ name: 'thali', modules: { delivery: DeliveryModule }, listeners });
