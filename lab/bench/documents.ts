import { readFileSync, writeFileSync } from 'node:fs';
import { drawChart } from './chart';
import { printReport } from './print';
import type { Report } from './report';

const document = 'docs/performance.md';
const picture = 'docs/performance.svg';
const numbers = /(?<=<!-- numbers -->\n)[\s\S]*(?=<!-- end of numbers -->)/;

/** Puts the numbers where docs/performance.md has those of the last run. */
export function writeDocuments(report: Report): void {
  const text = readFileSync(document, 'utf8');
  if (!numbers.test(text)) throw new Error(`${document} has no place for numbers`);
  writeFileSync(
    document,
    text.replace(numbers, () => `\n${printReport(report)}\n\n`),
  );
  writeFileSync(picture, drawChart(report));
}
