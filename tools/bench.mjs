// `npm run bench`: does all its own set-up, then measures Thali beside what the same Postgres can do at best, and at its plainest.
import { fileURLToPath } from 'node:url';
import { setUp } from './set-up.mjs';

setUp();
// It writes the documents where the sources are.
process.chdir(fileURLToPath(new URL('..', import.meta.url)));
process.setSourceMapsEnabled(true);
await import('../dist/tools/bench/main.js');
