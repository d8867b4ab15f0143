import { run } from '@thali/kit/app';
import { gateway } from './gateway';

void run(gateway);
