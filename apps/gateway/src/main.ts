import { run } from '@thali/kit/nest/run';
import { gateway } from './gateway';

void run(gateway);
