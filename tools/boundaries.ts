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

const moduleNames = readdirSync(path.join(root, 'libs/modules'));
/** Ways into the kit, as its package.json publishes them: `core`, `postgres/embedded`. */
const kitEntries = Object.keys(readPackage('libs/kit/package.json').exports).map((entry) => entry.slice('./'.length));
const kitEntriesForWork = kitEntries.filter((entry) => !entry.endsWith('/testing'));

const oneOf = (start: string, names: readonly string[]) => new RegExp(`^${start}/(${names.join('|')})$`);
const nodeItself = /^node:/;
/** But nothing deep inside Nest, where every version is different. */
const packages = /^(?!node:|@thali\/|libs\/|apps\/|docs\/|lab\/|tools\/|@nestjs\/[^/]+\/)[@a-z]/;
const contracts = /^@thali\/contracts$/;
const modules = oneOf('@thali', moduleNames);
const documents = /^docs\/[^/]+\.json$/;
const kit = oneOf('@thali/kit', kitEntriesForWork);
const kitForTests = oneOf('@thali/kit', kitEntries);
/** What the laboratory needs of the tools; nobody else enters them. */
const toolEntries = ['audit', 'dev', 'import', 'simulate'];
const tools = oneOf('@thali/tools', toolEntries);
const toolsForTests = oneOf('@thali/tools', [...toolEntries, 'audit/testing']);
/** The rules of all modules are played against each other, without databases. */
const rulesOfModules = /^libs\/modules\/[^/]+\/(src\/domain|testing)\//;
/** How Thali presents itself: `describe` writes it down, and `dev:split` greets with it. */
const presentation = /^apps\/thali\/src\/(docs|welcome)$/;
/** What it is made of. */
const whole = /^apps\/thali\/src\/modules$/;
const labPackages = new RegExp(`^(${Object.keys(readPackage('lab/package.json').dependencies).join('|')})$`);
/** What a test run offers its suites. */
const testRun = oneOf('tools/jest', ['log-folder', 'with-rabbitmq']);

/**
 * The kit's layers, the lowest first: what a folder may import of the kit besides itself. A transport and an inbox meet in the ports below
 * them, outbox and inbox know nothing of each other, and only `messaging.ts` puts all of them together.
 */
const layers: readonly [folder: string, below: readonly string[]][] = [
  ['postgres', ['core']],
  ['messaging/migrations', ['core']],
  ['messaging/ports', ['core', 'postgres']],
  ['messaging/tables', ['core', 'postgres']],
  ['messaging/log', ['core', 'postgres', 'messaging/tables']],
  ['messaging/leases', ['core', 'postgres']],
  ['messaging/outbox', ['core', 'postgres', 'messaging/ports', 'messaging/tables', 'messaging/leases']],
  ['messaging/inbox', ['core', 'postgres', 'messaging/ports', 'messaging/tables', 'messaging/leases']],
  [
    'messaging/timers',
    [
      'core',
      'postgres',
      'messaging/ports',
      'messaging/tables',
      'messaging/leases',
      'messaging/outbox',
      'messaging/inbox',
    ],
  ],
  ['messaging/in-process', ['core', 'messaging/ports']],
  ['messaging/rabbitmq', ['core', 'postgres', 'messaging/ports']],
  ['messaging', ['core', 'postgres']],
  ['event-store', ['core', 'postgres']],
  ['idempotency', ['core', 'postgres']],
  ['saga', ['core', 'postgres', 'messaging']],
];

/** Folders with an entry are entered through it, the inner folders of messaging file by file. */
const layerArrows = layers.map(([folder, below]): Arrow => {
  const inner = below.filter((name) => !kitEntries.includes(name));
  const files = inner.map((name) => new RegExp(`^libs/kit/${name}/[^/]+$`));
  const entries = oneOf(
    'libs/kit',
    below.filter((name) => kitEntries.includes(name)),
  );
  return { from: new RegExp(`^libs/kit/${folder}/`), to: [nodeItself, packages, entries, ...files] };
});

export const arrows: readonly Arrow[] = [
  { from: /^lab\/(?=.*(\/test\/|\.spec\.ts$))/, to: [nodeItself, labPackages, kitForTests, toolsForTests] },
  { from: /^lab\//, to: [nodeItself, labPackages, kit, tools] },
  // Jest reads the set-up of all tests without the aliases.
  { from: /^tools\/(?=jest\/)/, to: [nodeItself, packages, oneOf('libs/kit', ['core', 'postgres/embedded'])] },
  {
    from: /^tools\/(?=.*(\/test(ing)?\/|\.spec\.ts$))/,
    to: [nodeItself, packages, contracts, modules, whole, rulesOfModules, kitForTests],
  },
  // One surveys every module and the other has one import menus: both build them.
  { from: /^tools\/(?=(describe|import)\/)/, to: [nodeItself, packages, contracts, modules, kit, presentation, whole] },
  { from: /^tools\//, to: [nodeItself, packages, contracts, kit, presentation] },
  { from: /^apps\/[^/]+\/(?=test(ing)?\/)/, to: [nodeItself, packages, contracts, modules, kitForTests, testRun] },
  { from: /^apps\/[^/]+\/(?=src\/)/, to: [contracts, modules, kit, documents] },
  { from: /^libs\/modules\/[^/]+\/(?=test|src\/.*\.spec\.ts$)/, to: [nodeItself, packages, contracts, kitForTests] },
  { from: /^libs\/modules\/[^/]+\/src\/domain\//, to: [contracts, oneOf('@thali/kit', ['core', 'saga'])] },
  { from: /^libs\/modules\/[^/]+\/(?=src\/)/, to: [nodeItself, packages, contracts, kit] },
  { from: /^libs\/contracts\/(?=src\/)/, to: [oneOf('@thali/kit', ['core']), /^zod$/] },
  {
    from: /^libs\/kit\/(?=.*(\/test\/|\.spec\.ts$))/,
    to: [nodeItself, packages, kitForTests, testRun, /^tools\/dev\//],
  },
  { from: /^libs\/kit\/core\//, to: [/^(zod|typeid-js|uuidv7)$/] },
  { from: /^libs\/kit\/[^/]+\/(?=testing\/)/, to: [nodeItself, packages, oneOf('libs/kit', kitEntries)] },
  ...layerArrows,
  { from: /^libs\/kit\/[^/]+\//, to: [nodeItself, packages, oneOf('libs/kit', kitEntriesForWork)] },
];

/** Words that may not stand in the code of a place. */
interface Ban {
  readonly from: RegExp;
  readonly words: RegExp;
  readonly because: string;
}

export const bans: readonly Ban[] = [
  {
    from: /^libs\/modules\/[^/]+\/src\/domain\/(?!.*\.spec\.ts$)/,
    words: /\b(Date\.now|new Date\(\s*\)|Math\.random|set(Timeout|Interval|Immediate)\b|process\.|async\b|await\b)/,
    because: 'the domain has neither clock nor dice, and waits for nothing',
  },
  ...moduleNames.map((name) => ({
    from: new RegExp(`^libs/modules/(?!${name}/)`),
    words: new RegExp(`\\b(from|join|into|update|table|on|references)\\s+"?${name}"?\\."?\\w`, 'i'),
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
    .filter((name) => !isWithin(place, name) && !arrow.to.some((allowed) => allowed.test(name)))
    .map((name) => `${file} may not import ${name}`);
}

/** A module may call itself by its own alias. */
function isWithin(place: string, name: string): boolean {
  return `${name}/`.startsWith(place) || `${name}/` === place.replace('libs/modules/', '@thali/');
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

/** Every file of code, by its path from the root, with its source. */
export function readSources(): [file: string, source: string][] {
  const files = ['apps', 'lab', 'libs', 'tools'].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
      path.posix.join(folder, file),
    ),
  );
  return files
    .filter((file) => /\.[cm]?[jt]sx?$/.test(file) && !/\/(dist|node_modules)\//.test(file))
    .map((file) => [file, readFileSync(path.join(root, file), 'utf8')]);
}

function readPackage(file: string): Record<'exports' | 'dependencies', Record<string, unknown>> {
  return JSON.parse(readFileSync(path.join(root, file), 'utf8')) as ReturnType<typeof readPackage>;
}
