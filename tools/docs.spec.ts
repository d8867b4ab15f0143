import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { changesIn } from './contributing';

const root = path.resolve(__dirname, '..');
const documents = [
  ...['README.md', 'CONTRIBUTING.md'].filter((file) => existsSync(path.join(root, file))),
  ...['docs', 'libs', 'apps', 'lab', 'tools'].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.md') && !/(^|\/)(node_modules|dist|test)\//.test(file))
      .map((file) => path.posix.join(folder, file)),
  ),
];

/** Files and folders that a text names in code font, from the root of the repository. Patterns and placeholders are none. */
function pathsIn(text: string): string[] {
  const named = [...text.matchAll(/`((?:apps|docs|lab|libs|tools)\/[\w./-]+)`/g)].map(([, found]) => found ?? '');
  return named.filter((found) => !/NNNN|\.\.\./.test(found));
}

/** Targets of links within the repository, from the root. */
function linksIn(file: string, text: string): string[] {
  return [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
    .map(([, target]) => target ?? '')
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => path.posix.join(path.posix.dirname(file), target));
}

describe('The documents', () => {
  it.each(documents)('name and link only what is there: %s', (file) => {
    const text = readFileSync(path.join(root, file), 'utf8');
    const all = [...pathsIn(text), ...linksIn(file, text)];
    const shown = changesIn(text).map((change) => change.file);
    const isThere = (named: string) =>
      existsSync(path.join(root, named)) || shown.some((other) => `${other}/`.startsWith(named));
    expect(all.filter((named) => !isThere(named))).toEqual([]);
  });

  it('hold no leftovers of a merge', () => {
    const marked = (file: string) => /^(<{7} |>{7} |={7}$)/m.test(readFileSync(path.join(root, file), 'utf8'));
    expect(documents.filter(marked)).toEqual([]);
  });
});
