import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@thali/kit/postgres/embedded';

const pollMs = 10;

/** A database server of our own, which we may kill, freeze and start again. Its data are gone when it ends. */
export class PrivatePostgres {
  private constructor(
    private readonly directory: string,
    private readonly settings: Record<string, string | number>,
    private server: EmbeddedPostgres,
  ) {}

  /** @throws {Error} when it cannot start. */
  static async launch(settings: Record<string, string | number> = {}): Promise<PrivatePostgres> {
    const directory = mkdtempSync(path.join(tmpdir(), 'thali-postgres-'));
    return new PrivatePostgres(
      directory,
      settings,
      await startEmbeddedPostgres({ directory, settings, restart: false }),
    );
  }

  /** Logs in as the superuser. It stays the same. */
  get url(): string {
    return this.server.url;
  }

  /** Ends it at once, without a checkpoint: SIGQUIT, or SIGKILL, which its sessions survive for a moment. */
  async kill(signal: 'SIGQUIT' | 'SIGKILL'): Promise<void> {
    const { pid } = this;
    process.kill(pid, signal);
    while (isAlive(pid)) await pause(pollMs);
  }

  /** Starts it again; resolves when it serves. */
  async start(): Promise<void> {
    this.server = await startEmbeddedPostgres({ directory: this.directory, settings: this.settings, restart: false });
  }

  /** It and all its sessions stand still, or go on. On Linux only. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    const { pid } = this;
    process.kill(pid, signal);
    for (const session of childrenOf(pid)) {
      try {
        process.kill(session, signal);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // It has ended meanwhile.
      }
    }
  }

  async end(): Promise<void> {
    await this.server.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  private get pid(): number {
    const file = path.join(this.directory, 'postgres/data/postmaster.pid');
    return Number(readFileSync(file, 'utf8').split('\n', 1)[0]);
  }
}

function isAlive(pid: number): boolean {
  return statusOf(pid) !== undefined && statusOf(pid)?.state !== 'Z';
}

function childrenOf(parent: number): number[] {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return pids.filter((pid) => statusOf(pid)?.parent === parent);
}

/** After the name in parentheses, which may hold anything: proc(5). */
function statusOf(pid: number): { state: string; parent: number } | undefined {
  try {
    const [state = '', parent] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}
