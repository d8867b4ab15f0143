import { listeners } from '@thali/contracts';
import { run } from '@thali/kit/nest';
import { PaymentModule } from '@thali/payment';

void run({ name: 'thali', modules: { payment: PaymentModule }, listeners });
