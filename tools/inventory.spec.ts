import { databaseOwners, moduleNames } from '@thali/contracts';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { readSources } from './boundaries';

const root = path.resolve(__dirname, '..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const foldersIn = (folder: string) => readdirSync(path.join(root, folder)).sort();

interface Compose {
  readonly services: Readonly<Record<string, { environment?: Readonly<Record<string, string>> }>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const compose = parse(read('docker-compose.yml'), { merge: true }) as Compose;
const nest = JSON.parse(read('nest-cli.json')) as { projects: Readonly<Record<string, { entryFile: string }>> };

/** Every module by its name, one after another, in whatever quotes; or every module's class after its name. */
const lists = [`\\\\?['"]+(NAMES)\\\\?['"]+,?`, '(NAMES): \\w+Module,?'].map((one) => {
  const item = one.replace('NAMES', moduleNames.join('|'));
  return new RegExp(`(${item}\\s*){${moduleNames.length}}`);
});

/** The files of code that list all modules. */
function findLists(sources: readonly (readonly [file: string, source: string])[]): string[] {
  return sources.filter(([, source]) => lists.some((list) => list.test(source))).map(([file]) => file);
}

describe('The inventory of the system', () => {
  it('has every module that has a folder', () => {
    expect([...moduleNames].sort()).toEqual(foldersIn('libs/modules'));
  });

  it('is the only list of the modules in the code, but for the one that has their classes', () => {
    expect(findLists(readSources())).toEqual(['apps/thali/src/modules.ts']);
  });

  it.each([
    `const modules = ['${moduleNames.join("', '")}'];`,
    `where schema in ('"${moduleNames.join(`"', '"`)}"')`,
    `const modules = {\n  ${moduleNames.map((name) => `${name}: AnyModule,`).join('\n  ')}\n};`,
  ])('would not be alone beside %s', (source) => {
    expect(findLists([['other.ts', source]])).toEqual(['other.ts']);
  });
});

describe('What cannot be derived from the inventory', () => {
  it.each(moduleNames)('has a process for %s alone', (name) => {
    expect(read(`apps/${name}/src/main.ts`)).toContain(`from '@thali/${name}'`);
  });

  it('has every process in nest-cli.json', () => {
    expect(Object.keys(nest.projects).sort()).toEqual(foldersIn('apps'));
    expect(
      Object.entries(nest.projects).filter(([name, { entryFile }]) => entryFile !== `apps/${name}/src/main`),
    ).toEqual([]);
  });

  it.each(databaseOwners)('has a database server for %s alone in docker-compose.yml, which keeps its data', (name) => {
    const server = `postgres-${name}`;
    const url = compose.services[name]?.environment?.[`THALI_${name.toUpperCase()}_DATABASE_URL`];
    expect(url).toContain(`@${server}:`);
    expect(Object.keys(compose.services)).toContain(server);
    expect(Object.keys(compose.volumes)).toContain(server);
  });
});
