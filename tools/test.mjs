// `npm test`: does all its own set-up, then checks types and style and runs jest, to which arguments are passed on.
// `npm run test:faults` (--faults) runs the suites that take long: what kills, freezes and floods, in files named *.faults.spec.ts;
// and the bench.
// `.ci/run` (--all) runs both. The last line counts what was run.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { setUp } from './set-up.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const longSuites = String.raw`\.faults\.spec\.ts$`;

/** Runs a program to its end. @returns whether it was content. */
function run(command, args) {
  const child = spawn(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, NODE_ENV: 'test' } });
  const stop = () => child.kill();
  process.once('SIGTERM', stop);
  return new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  }).finally(() => process.off('SIGTERM', stop));
}

/** A script of package.json that only passes or fails. */
async function check(script) {
  const passed = await run('npm', ['run', '--silent', script]);
  if (!passed) console.error(`${script} failed`);
  return { passed: Number(passed), failed: Number(!passed) };
}

/** A file of tests that could not even be loaded counts as one that failed. */
async function runJest(...args) {
  const folder = mkdtempSync(path.join(tmpdir(), 'thali-results-'));
  const file = path.join(folder, 'results.json');
  const passed = await run(process.execPath, [
    'node_modules/jest/bin/jest.js',
    ...args,
    '--json',
    '--outputFile',
    file,
  ]);
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = readResults(file);
  rmSync(folder, { recursive: true });
  const failed = numFailedTests + numRuntimeErrorTestSuites;
  return { passed: numPassedTests, failed: passed ? failed : Math.max(failed, 1) };
}

/** Nothing at all when jest ended before it could write them. */
function readResults(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numRuntimeErrorTestSuites: 0 };
  }
}

const args = process.argv.slice(2);
const [mode] = args[0] === '--faults' || args[0] === '--all' ? args.splice(0, 1) : [];

setUp();
const results = [];
if (mode !== '--faults') {
  results.push(...(await Promise.all([check('typecheck'), check('lint')])));
  // What follows an option that takes many values would be taken for one more.
  results.push(await runJest(...args, '--testPathIgnorePatterns', '/node_modules/', longSuites));
}
if (mode) results.push(await runJest(...args, '--testRegex', longSuites));
const sum = (count) => results.reduce((total, result) => total + result[count], 0);
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = sum('failed') > 0 ? 1 : 0;
