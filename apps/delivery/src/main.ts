import { listeners, secretFields as redact } from '@thali/contracts';
import { run } from '@thali/kit/nest/run';
import { DeliveryModule } from '@thali/delivery';

void run({ name: 'thali', modules: { delivery: DeliveryModule }, listeners, redact });
