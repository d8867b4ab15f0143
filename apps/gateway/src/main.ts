import { run } from '@thali/kit/nest';
import { gateway } from './gateway';

void run(gateway);
