import { moduleNames } from '@thali/contracts';
import { messageOf } from '@thali/kit/core';
import { readSettings } from '@thali/kit/nest';
import { startEmbeddedPostgres } from '@thali/kit/postgres/embedded';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { messages } from './catalogue';
import { writeDocuments } from './documents';
import { drawProcess } from './draw';
import { printProcess } from './print';
import { addMissingSchemas } from './schemas';
import { surveyThali, type Survey } from './survey';

const usage = `npm run describe                 what the process that the variables speak of consists of
npm run describe -- --mermaid    the same, as a diagram
npm run describe -- --write      brings the generated documents up to date`;

/** Thali's data is not touched: what is described is built on an empty database, which is thrown away. */
async function main(): Promise<void> {
  const { mermaid, write, help } = parseArgs({
    options: { mermaid: { type: 'boolean' }, write: { type: 'boolean' }, help: { type: 'boolean' } },
  }).values;
  if (help) return console.log(usage);
  const settings = readSettings(process.env, 'THALI', { able: moduleNames, whole: moduleNames });
  const survey = await surveyOnEmptyDatabase();
  if (write)
    return [...addMissingSchemas(messages.map(({ type }) => type)), ...writeDocuments(survey)].forEach((file) =>
      console.log(`written: ${file}`),
    );
  console.log(mermaid ? drawProcess(survey, settings.modules) : printProcess(survey, settings));
}

async function surveyOnEmptyDatabase(): Promise<Survey> {
  const directory = mkdtempSync(path.join(tmpdir(), 'thali-describe-'));
  const postgres = await startEmbeddedPostgres({ directory, settings: { fsync: 'off' } });
  try {
    return await surveyThali(postgres.url);
  } finally {
    await postgres.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(`Thali cannot be described: ${messageOf(error)}`);
  process.exitCode = 1;
});
