import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describeMessages } from './asyncapi';
import { writeMessages } from './messages';
import type { Survey } from './survey';

/** The documents that are made of the code, by file. */
function makeDocuments({ openapi }: Survey): Readonly<Record<string, string>> {
  const { info } = openapi as { info: { version: string } };
  return {
    'docs/messages.md': writeMessages(),
    'docs/asyncapi.json': asText(describeMessages(info.version)),
    'docs/openapi.json': asText(openapi),
  };
}

/** @returns which documents do not say what the code says, each in a sentence. */
export function findStaleDocuments(survey: Survey): string[] {
  return Object.entries(makeDocuments(survey))
    .filter(([file, text]) => readIfThere(file) !== text)
    .map(([file]) => `${file} is not what the code says: npm run describe -- --write`);
}

/** @returns the files written. */
export function writeDocuments(survey: Survey): string[] {
  const documents = makeDocuments(survey);
  mkdirSync('docs', { recursive: true });
  for (const [file, text] of Object.entries(documents)) writeFileSync(file, text);
  return Object.keys(documents);
}

function asText(document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
