// `npm run bench`: does all its own set-up, then measures Thali beside what the same Postgres can do at best, and at its plainest.
import { setUp } from './set-up.mjs';

setUp();
process.setSourceMapsEnabled(true);
await import('../dist/tools/bench/main.js');
