// What a bare clone lacks. Needs nothing but Node itself, because it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Installs the packages and builds, as far as that is not done. Ends the process, with a sentence, when it cannot. */
export function setUp() {
  refuseOldNode();
  if (changedAt('node_modules/.package-lock.json') < changedAt('package-lock.json')) install();
  if (
    changedAt('dist/.built') <
    newest(['apps', 'docs', 'lab', 'libs', 'tools', 'package.json', 'tsconfig.json', '.swcrc'])
  )
    build();
}

function refuseOldNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) fail(`needs Node 20.19 or newer; this is ${process.versions.node}`);
}

function install() {
  console.error('Installing packages (once; about a minute) …');
  // Without dev dependencies, as NODE_ENV=production would have it, there is nothing to build with.
  run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--no-progress', '--loglevel=error']);
}

function build() {
  console.error('Building …');
  run(process.execPath, ['tools/build.mjs']);
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0)
    fail(`${[path.basename(command), ...args.slice(0, 1)].join(' ')} failed${error ? `: ${error.message}` : ''}`);
}

function fail(reason) {
  console.error(`Thali cannot be set up: ${reason}.`);
  process.exit(1);
}

/** In milliseconds since 1970; 0 when there is no such file, so that it counts as older than everything. */
function changedAt(file) {
  return statSync(path.join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** When the last of these files changed, or a file was added to these folders or taken away. */
function newest(places) {
  const inside = (place) => (place.includes('.') ? [] : readdirSync(path.join(root, place), { recursive: true }));
  const all = places.flatMap((place) => [place, ...inside(place).map((name) => path.join(place, name))]);
  return Math.max(...all.filter((file) => !/\/(dist|node_modules)\//.test(file)).map(changedAt));
}
