import { listeners, secretFields as redact } from '@thali/contracts';
import { run } from '@thali/kit/nest/run';
import { OrderModule } from '@thali/order';

void run({ name: 'thali', modules: { order: OrderModule }, listeners, redact });
