import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(__dirname, '..');
const copied = ['apps', 'docs', 'lab', 'libs', 'tools'];
const alsoCopied = [
  '.swcrc',
  'docker-compose.yml',
  'Dockerfile',
  'jest.config.js',
  'nest-cli.json',
  'package.json',
  'tsconfig.json',
];

/** A change of one file: a new one, or one that is there. */
export interface Change {
  /** Its path from the root. */
  readonly file: string;
  readonly kind: 'new' | 'diff';
  readonly text: string;
}

/** The changes that a text shows: fenced blocks that name a file after their language. A `diff` changes it, anything else is all of it. */
export function changesIn(markdown: string): Change[] {
  return [...markdown.matchAll(/^```(\w+) (\S+)\n([\s\S]*?)^```$/gm)].map(([, language, file = '', text = '']) => ({
    file,
    kind: language === 'diff' ? 'diff' : 'new',
    text,
  }));
}

/**
 * Changes a source as a diff says: hunks, apart by `@@`, each found by its lines from where the one before it ended.
 * @throws {Error} when the lines of a hunk are not there.
 */
export function patch(source: string, diff: string): string {
  let position = 0;
  let lines = source.split('\n');
  for (const hunk of diff.trimEnd().split(/^@@\n/m)) {
    const marked = hunk.replace(/\n$/, '').split('\n');
    const linesOf = (marks: string) =>
      marked.filter((line) => marks.includes(line[0] ?? ' ')).map((line) => line.slice(1));
    const [before, after] = [linesOf(' -'), linesOf(' +')];
    const at = lines.findIndex((_, at) => at >= position && before.every((line, n) => lines[at + n] === line));
    if (at < 0) throw new Error(`nowhere to be found:\n${before.join('\n')}`);
    lines = [...lines.slice(0, at), ...after, ...lines.slice(at + before.length)];
    position = at + after.length;
  }
  return lines.join('\n');
}

/** Copies the repository, but for packages and what is built. @param folder an empty one. */
export function copyRepository(folder: string): void {
  const filter = (file: string) => !/\/(node_modules|dist)(\/|$)/.test(file.slice(root.length));
  for (const name of copied) cpSync(path.join(root, name), path.join(folder, name), { recursive: true, filter });
  for (const name of alsoCopied) cpSync(path.join(root, name), path.join(folder, name));
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
}

/** Makes the changes in a copy of the repository. @throws {Error} when one does not fit. */
export function applyChanges(folder: string, changes: readonly Change[]): void {
  for (const { file, kind, text } of changes) {
    const target = path.join(folder, file);
    mkdirSync(path.dirname(target), { recursive: true });
    try {
      writeFileSync(target, kind === 'diff' ? patch(readFileSync(target, 'utf8'), text) : text, {
        flag: kind === 'new' ? 'wx' : 'w',
      });
    } catch (error) {
      throw new Error(`the change of ${file} does not fit`, { cause: error });
    }
  }
}
