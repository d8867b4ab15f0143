// `npm run dev:split`: does all its own set-up, then starts the separate services on this machine.
import { setUp } from './set-up.mjs';

setUp();
process.setSourceMapsEnabled(true);
await import('../dist/tools/dev/split.js');
