/** What may stand in a test although it looks like haste, and why: there nothing races it. */
export interface Exception {
  readonly file: RegExp;
  readonly words: RegExp;
  readonly because: string;
}

/** Where nothing waits: a number of milliseconds is only data. */
const timeless = /\/src\/domain\/|\/settings\.spec\.ts$|^tools\/((boundaries|haste)|.*\/(report|services))\.spec\.ts$/;
const tests = /^(libs|apps|tools)\/.*(\/test\/|\/testing\/|\.spec\.ts$)/;

const number = String.raw`(?<ms>\d[\d_]*)`;
const settings = [
  new RegExp(String.raw`\b\w*(?:Ms|_MS)\b['"]?\s*(?::|=(?![=>]))\s*['"]?${number}(?![\d_.]|\s*\*)['"]?`, 'g'),
  new RegExp(String.raw`\bms\s*=\s*${number}(?![\d_.])`, 'g'),
];
const sleeps = [
  /(?<![.\w])set(?:Timeout|Interval)\s*\(/g,
  /import[^;]*['"](?:node:)?timers\/promises['"]/g,
  /\bpg_sleep\(/g,
];

/**
 * The settings of under a second in a test, and what sleeps in it: a process that gets no processor for a while breaks such a test. Tests
 * wait for facts, or move time. `0` and `1` are at once, and are raced by nothing.
 *
 * @returns each in a sentence.
 */
export function findHaste(file: string, source: string, exceptions: readonly Exception[]): string[] {
  if (!tests.test(file) || timeless.test(file)) return [];
  const code = source.replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*/g, '');
  const short = settings.flatMap((pattern) =>
    [...code.matchAll(pattern)].filter(({ groups }) => isShort(Number(groups?.ms?.replaceAll('_', '')))),
  );
  const sleeping = sleeps.flatMap((pattern) => [...code.matchAll(pattern)]);
  return [...short, ...sleeping]
    .map(([found]) => found)
    .filter((found) => !exceptions.some((each) => each.file.test(file) && each.words.test(found)))
    .map((found) => `${file} may not say "${found}": wait for a fact, or move time`);
}

function isShort(ms: number): boolean {
  return ms > 1 && ms < 1_000;
}
