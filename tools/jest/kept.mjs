// What is left of a run in .thali/test/, by the path of each spec: the logs of the processes under test, and what is needed to repeat it.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folderOf = (spec) => path.join(root, '.thali/test', spec);

/** A reporter for jest: of specs that pass nothing is kept; it says how to repeat those that fail, and why some were skipped. */
export default class Kept {
  onTestFileResult(_, { testFilePath, numFailingTests, testExecError }) {
    const spec = path.relative(root, testFilePath);
    if (numFailingTests === 0 && !testExecError) rmSync(folderOf(spec), { recursive: true, force: true });
  }

  onRunComplete(_, { testResults, numPendingTests }) {
    for (const result of testResults) if (result.failureMessage) this.keep(result);
    if (numPendingTests > 0 && process.env.THALI_TEST_RABBITMQ_SUPPLY !== 'installed')
      console.error('Some tests were skipped: they need RabbitMQ. Install rabbitmq-server to run them, too.');
  }

  keep({ testFilePath, failureMessage }) {
    const spec = path.relative(root, testFilePath);
    const folder = folderOf(spec);
    const script = spec.endsWith('.faults.spec.ts') ? 'test:faults' : 'test';
    const repeat = `THALI_TEST_SEED=${process.env.THALI_TEST_SEED} npm run ${script} -- ${spec}`;
    const machine = `Node ${process.versions.node}, ${availableParallelism()} processors, load ${loadavg().map(Math.round).join(' ')}`;
    mkdirSync(folder, { recursive: true });
    const text = `${repeat}\n${machine}\n\n${stripVTControlCharacters(failureMessage)}`;
    writeFileSync(path.join(folder, 'failure.txt'), text);
    console.error(`Failed: ${spec}\n  to repeat it:    ${repeat}\n  what is left:    ${path.relative(root, folder)}/`);
  }
}
