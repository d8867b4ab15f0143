import { listeners } from '@thali/contracts';
import { run } from '@thali/kit/nest';
import { OrderModule } from '@thali/order';

void run({ name: 'thali', modules: { order: OrderModule }, listeners });
