import { tabulate, type ImportReport } from '@thali/restaurant';

/** Prints what became of a file: its restaurants with their hours as they were understood, or its problems; and what was left out or assumed. */
export function printReport(
  file: string,
  { imported, problems, notes }: ImportReport,
  print: (line: string) => void,
): void {
  for (const { outcome, name, restaurantId, version, timetable } of imported) {
    print(`${file}: ${outcome} ${name} (${restaurantId}), menu version ${version}`);
    for (const line of tabulate(timetable)) print(`  ${line}`);
  }
  if (problems.length > 0)
    print(`${file}: nothing imported, ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}:`);
  for (const { path, message } of problems) print(`  ${path}: ${message}`);
  for (const { path, message } of notes) print(`  note: ${path}: ${message}`);
  if (problems.some(({ message }) => message.includes('what does it cost?')))
    print('  --skip-unpriced imports the rest, without the dishes that have no price');
}
