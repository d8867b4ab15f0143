import { run } from '@thali/kit/app';
import { forwardRequests } from './forward-requests';

void run({ name: 'thali', modules: {}, extend: forwardRequests });
