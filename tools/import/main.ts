import { messageOf } from '@thali/kit/core';
import { isTimeZone } from '@thali/restaurant';
import { parseArgs } from 'node:util';
import { importFiles } from './import-files';

const usage = `npm run import -- [OPTIONS] FILE…   imports restaurants from schema.org JSON-LD, or from HTML pages that hold it, or revises them

  --skip-unpriced    leaves out dishes without a price, and lists them
  --time-zone ZONE   whose clocks opening hours are on where a file does not say, such as Europe/Berlin; else those of the coordinates`;

async function main(args: string[]): Promise<void> {
  const { positionals: files, values } = parseArgs({
    args,
    allowPositionals: true,
    options: { 'skip-unpriced': { type: 'boolean' }, 'time-zone': { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help) return console.log(usage);
  if (files.length === 0) throw new Error(`no file is named. Usage: ${usage}`);
  const timeZone = values['time-zone'];
  if (timeZone !== undefined && !isTimeZone(timeZone))
    throw new Error(`"${timeZone}" is not a time zone such as Europe/Berlin`);
  const options = { skipUnpriced: values['skip-unpriced'] ?? false, ...(timeZone !== undefined && { timeZone }) };
  const complete = await importFiles(files, process.env, (line) => console.log(line), options);
  if (!complete) process.exitCode = 1;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`Nothing can be imported: ${messageOf(error)}`);
  process.exitCode = 1;
});
