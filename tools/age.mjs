// `npm run age`: does all its own set-up, then measures whether an order costs more where many are stored.
import { setUp } from './set-up.mjs';

setUp();
process.setSourceMapsEnabled(true);
await import('../dist/tools/age/main.js');
