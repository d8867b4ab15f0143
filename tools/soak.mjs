// `npm run soak`: does all its own set-up, then keeps Thali busy for a long time and watches its memory.
import { setUp } from './set-up.mjs';

setUp();
process.setSourceMapsEnabled(true);
await import('../dist/tools/soak/main.js');
