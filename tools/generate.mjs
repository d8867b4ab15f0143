// `npm run generate`: does all its own set-up, then fills the databases as a long life would have filled them.
import { setUp } from './set-up.mjs';

setUp();
process.setSourceMapsEnabled(true);
await import('../dist/tools/generate/main.js');
