// `npm run describe`: does all its own set-up, then tells what Thali consists of, or writes the documents that say so.
import { setUp } from './set-up.mjs';

setUp();
process.setSourceMapsEnabled(true);
await import('../dist/tools/describe/main.js');
