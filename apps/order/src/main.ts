import { listeners } from '@thali/contracts';
import { run } from '@thali/kit/app';
import { OrderModule } from '@thali/order';

void run({ name: 'thali', modules: { order: OrderModule }, listeners });
