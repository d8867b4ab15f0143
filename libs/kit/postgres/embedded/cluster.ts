import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lchownSync, lstatSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Account } from './account';
import { port } from './hold';

/** In bytes: what every Unix takes as the path of a socket. */
const longestSocketPath = 103;
const socketName = `.s.PGSQL.${port}`;

/** The server that has claimed the data, in its own words. */
export interface Postmaster {
  readonly pid: number;
  /** Undefined while it starts. */
  readonly socketDirectory: string | undefined;
}

/** The files of one server. All of them, but a socket whose path would be too long, lie in `<directory>/postgres`. */
export class Cluster {
  readonly directory: string;
  readonly home: string;
  readonly data: string;
  readonly log: string;
  /** Where a server that is started now is to listen. */
  readonly socketDirectory: string;
  private readonly pidFile: string;

  constructor(directory: string) {
    this.directory = path.resolve(directory);
    this.home = path.join(this.directory, 'postgres');
    this.data = path.join(this.home, 'data');
    this.log = path.join(this.home, 'postgres.log');
    this.pidFile = path.join(this.data, 'postmaster.pid');
    this.socketDirectory = chooseSocketDirectory(this.home);
  }

  get isInitialised(): boolean {
    return existsSync(path.join(this.data, 'PG_VERSION'));
  }

  /** Makes the folders, private to the account. @throws {Error} when a folder belongs to another account. */
  prepareFor({ owner }: Account): void {
    const us = process.getuid?.();
    for (const folder of new Set([this.home, this.socketDirectory])) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const { uid } = lstatSync(folder);
      // Any account may have made it beforehand in the folder for temporary files, to listen in.
      if (folder !== this.home && uid !== us && uid !== owner?.uid)
        throw new Error(`${folder} belongs to another account`);
      if (owner && uid !== owner.uid) giveTo(owner, folder);
    }
  }

  /** The server that runs on the data, or undefined. */
  findPostmaster(): Postmaster | undefined {
    const claim = this.readClaim();
    return claim && isRunning(claim.pid, this.data) ? claim : undefined;
  }

  /**
   * Removes what a server left behind that was killed. PostgreSQL does so by itself, unless the process number is in use
   * again, or still (as a zombie). If a server did run, its shared memory would keep a second one from the data.
   */
  removeLeftovers(): void {
    if (this.findPostmaster()) return;
    const sockets = [socketName, `${socketName}.lock`].map((name) => path.join(this.socketDirectory, name));
    for (const file of [this.pidFile, ...sockets]) rmSync(file, { force: true });
  }

  private readClaim(): Postmaster | undefined {
    try {
      const [pid, , , , socketDirectory] = readFileSync(this.pidFile, 'utf8').split('\n');
      return { pid: Number(pid), socketDirectory: socketDirectory || undefined };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }
}

function chooseSocketDirectory(home: string): string {
  if (Buffer.byteLength(path.join(home, socketName)) <= longestSocketPath) return home;
  return `/tmp/postgres-${createHash('sha256').update(home).digest('hex').slice(0, 16)}`;
}

/** Whether the process is alive and works on this data: a number alone may be a zombie's, or soon another process's. */
export function isRunning(pid: number, data: string): boolean {
  try {
    const command =
      process.platform === 'linux'
        ? readFileSync(`/proc/${pid}/cmdline`, 'utf8')
        : execFileSync('ps', ['-o', 'args=', '-p', String(pid)], {
            encoding: 'utf8',
            stdio: ['ignore', 'pipe', 'ignore'],
          });
    return command.includes(data);
  } catch {
    return false;
  }
}

function giveTo(owner: { uid: number; gid: number }, file: string): void {
  if (lstatSync(file).isDirectory()) for (const name of readdirSync(file)) giveTo(owner, path.join(file, name));
  lchownSync(file, owner.uid, owner.gid);
}
