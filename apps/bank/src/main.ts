import { BankModule } from '@thali/payment';
import { run } from '@thali/kit/nest';

void run({ name: 'thali', modules: { bank: BankModule } });
