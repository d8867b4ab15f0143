import { listeners, secretFields as redact } from '@thali/contracts';
import { run } from '@thali/kit/nest/run';
import { docs } from './docs';
import { modules } from './modules';
import { welcome } from './welcome';

void run({ name: 'thali', modules, listeners, redact, docs, welcome });
