// `npm start` and most of `npm run`: sets up a bare clone, then becomes the program, so that signals and the exit code need no passing on.
import { fileURLToPath } from 'node:url';
import { setUp } from './set-up.mjs';

const root = new URL('..', import.meta.url);
/** Where the program's source is, from the root and without its extension. Its arguments follow, and it finds them where it always does. */
const [program] = process.argv.splice(2, 1);

setUp();
// As npm does: programs read sources and write documents by their paths from the root.
process.chdir(fileURLToPath(root));
process.setSourceMapsEnabled(true);
await import(new URL(`dist/${program}.js`, root));
