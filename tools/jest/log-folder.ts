import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(__dirname, '../..');

/** An empty folder for the logs of the processes that a spec starts: `.thali/test/` and its path. It is kept if the spec fails. */
export function logFolderOf(spec: string): string {
  const folder = path.join(root, '.thali/test', path.relative(root, spec));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}
