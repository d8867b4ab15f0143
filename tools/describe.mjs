// `npm run describe`: does all its own set-up, then tells what Thali consists of, or writes the documents that say so.
import { fileURLToPath } from 'node:url';
import { setUp } from './set-up.mjs';

setUp();
// It reads the contracts and writes the documents where the sources are.
process.chdir(fileURLToPath(new URL('..', import.meta.url)));
process.setSourceMapsEnabled(true);
await import('../dist/tools/describe/main.js');
