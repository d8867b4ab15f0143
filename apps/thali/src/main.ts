import { listeners } from '@thali/contracts';
import { run } from '@thali/kit/nest';
import { docs } from './docs';
import { modules } from './modules';
import { welcome } from './welcome';

void run({ name: 'thali', modules, listeners, docs, welcome });
