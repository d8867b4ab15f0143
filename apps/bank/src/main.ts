import { BankModule } from '@thali/payment';
import { run } from '@thali/kit/nest/run';

void run({ name: 'thali', modules: { bank: BankModule } });
