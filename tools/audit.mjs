// `npm run audit`: does all its own set-up, then checks every invariant over the data.
import { setUp } from './set-up.mjs';

setUp();
process.setSourceMapsEnabled(true);
await import('../dist/tools/audit/main.js');
