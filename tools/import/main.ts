import { messageOf } from '@thali/kit/core';
import { importFiles } from './import-files';

const usage = 'npm run import -- FILE…   imports restaurants from schema.org JSON-LD, or revises them';

async function main(files: readonly string[]): Promise<void> {
  if (files.length === 0) throw new Error(`no file is named. Usage: ${usage}`);
  const complete = await importFiles(files, process.env, (line) => console.log(line));
  if (!complete) process.exitCode = 1;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`Nothing can be imported: ${messageOf(error)}`);
  process.exitCode = 1;
});
