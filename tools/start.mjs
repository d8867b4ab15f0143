// `npm start`: does all its own set-up, then becomes the application, so that signals and the exit code need no passing on.
import { setUp } from './set-up.mjs';

setUp();
process.setSourceMapsEnabled(true);
await import('../dist/apps/thali/src/main.js');
