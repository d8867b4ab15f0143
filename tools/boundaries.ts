import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { preProcessFile } from 'typescript';

const root = path.resolve(__dirname, '..');

/** What the files of one place may import; what is not listed is forbidden. The first arrow that matches a file holds. */
interface Arrow {
  /** What it matches of a file's path is the place. Within it, relative imports are free. */
  readonly from: RegExp;
  /** Packages and aliases by their names, and what lies outside the place by its path from the root. */
  readonly to: readonly RegExp[];
}

/** Ways into the kit, as its package.json publishes them: `core`, `postgres/embedded`. */
const kitEntries = Object.keys(readJson('libs/kit/package.json').exports).map((entry) => entry.slice('./'.length));
const oneOf = (start: string, names: readonly string[]) => new RegExp(`^${start}/(${names.join('|')})$`);

const nodeItself = /^node:/;
const packages = /^(?!node:|@thali\/|libs\/|apps\/|tools\/)/;
const contracts = /^@thali\/contracts$/;
const modules = /^@thali\/(order|payment|restaurant|delivery)$/;
const kit = oneOf('@thali/kit', kitEntries.filter((entry) => !entry.endsWith('/testing')));
const kitWithTesting = oneOf('@thali/kit', kitEntries);
const neighbourInKit = oneOf('libs/kit', kitEntries.filter((entry) => !entry.endsWith('/testing')));

const arrows: readonly Arrow[] = [
  { from: /^tools\//, to: [/./] },
  { from: /^apps\/[^/]+\/(?=test\/)/, to: [nodeItself, packages, contracts, modules, kitWithTesting] },
  { from: /^apps\/[^/]+\/(?=src\/)/, to: [contracts, modules, kit] },
  {
    from: /^libs\/modules\/[^/]+\/(?=(test|testing)\/|.*\.spec\.ts$)/,
    to: [nodeItself, packages, contracts, kitWithTesting],
  },
  {
    from: /^libs\/modules\/[^/]+\/src\/domain\//,
    to: [contracts, oneOf('@thali/kit', ['core', 'saga'])],
  },
  { from: /^libs\/modules\/[^/]+\/(?=src\/)/, to: [nodeItself, packages, contracts, kit] },
  { from: /^libs\/contracts\/(?=src\/)/, to: [/^zod$/, /^@thali\/kit\/core$/] },
  { from: /^libs\/kit\/(?=.*(\/test\/|\.spec\.ts$))/, to: [nodeItself, packages, kitWithTesting] },
  { from: /^libs\/kit\/core\//, to: [/^(zod|typeid-js|uuidv7)$/] },
  { from: /^libs\/kit\/[^/]+\//, to: [nodeItself, packages, neighbourInKit, oneOf('libs/kit', ['postgres/testing'])] },
];

/** Words that may not stand in the code of a place, comments aside. */
interface Ban {
  readonly from: RegExp;
  readonly words: RegExp;
  readonly because: string;
}

const isSpec = String.raw`(?!.*\.spec\.ts$)`;
const moduleNames = ['order', 'payment', 'restaurant', 'delivery'];
const bans: readonly Ban[] = [
  {
    from: new RegExp(`^libs/modules/[^/]+/src/domain/${isSpec}`),
    words: /\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b|\bset(Timeout|Interval|Immediate)\b|\bprocess\.|\b(async|await)\b/,
    because: 'the domain asks neither clock nor dice, and waits for nothing',
  },
  ...moduleNames.map((name) => ({
    from: new RegExp(`^libs/modules/(?!${name}/)`),
    words: new RegExp(String.raw`\b(from|join|into|update|table|on|references)\s+"?${name}"?\."?\w`, 'i'),
    because: `the tables of ${name} are its own`,
  })),
];

/** What is wrong with a file, each in a sentence. @param file its path from the root, with slashes. */
export function findViolations(file: string, source: string): string[] {
  return [...findForbiddenImports(file, source), ...findBannedWords(file, source)];
}

function findForbiddenImports(file: string, source: string): string[] {
  const arrow = arrows.find(({ from }) => from.test(file));
  const place = arrow?.from.exec(file)?.[0];
  if (!arrow || place === undefined) return [`${file} is in no place that a rule knows`];
  return importsOf(source)
    .map((name) => (name.startsWith('.') ? path.posix.join(path.posix.dirname(file), name) : name))
    .filter((name) => !name.startsWith(place) && !arrow.to.some((allowed) => allowed.test(name)))
    .map((name) => `${file} may not import ${name}`);
}

function findBannedWords(file: string, source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*/g, '');
  return bans.flatMap(({ from, words, because }) => {
    const found = from.test(file) && words.exec(code);
    return found ? [`${file} may not say "${found[0]}": ${because}`] : [];
  });
}

/** Names of everything a file imports, types included, in whatever way. */
function importsOf(source: string): string[] {
  return preProcessFile(source, true, true).importedFiles.map(({ fileName }) => fileName);
}
