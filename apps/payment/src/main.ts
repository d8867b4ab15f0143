import { listeners, secretFields as redact } from '@thali/contracts';
import { run } from '@thali/kit/nest/run';
import { PaymentModule } from '@thali/payment';

void run({ name: 'thali', modules: { payment: PaymentModule }, listeners, redact });
