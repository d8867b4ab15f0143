// `npm run simulate`: does all its own set-up, then plays customers, cooks and couriers, and audits what came of it.
import { setUp } from './set-up.mjs';

setUp();
process.setSourceMapsEnabled(true);
await import('../dist/tools/simulate/main.js');
