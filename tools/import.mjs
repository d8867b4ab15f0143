// `npm run import -- FILE…`: does all its own set-up, then imports restaurants with their menus.
import { setUp } from './set-up.mjs';

setUp();
process.setSourceMapsEnabled(true);
await import('../dist/tools/import/main.js');
