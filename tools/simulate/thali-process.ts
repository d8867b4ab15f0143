import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { findFreePorts } from '../dev/free-ports';
import { nodeFlags } from '../dev/node-flags';

export interface ThaliProcessOptions {
  /** Where the repository is, built. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What it runs, in dist/; by default all modules. */
  readonly main?: string;
  /** Where it serves; by default on any free port. */
  readonly port?: number;
  /** Takes what the process says on standard error. */
  readonly logFile: string;
}

/** Thali in a process of its own, to be started, stopped and killed. It stays at the same address. */
export class ThaliProcess {
  private child: ChildProcess | undefined;

  private constructor(
    private readonly options: ThaliProcessOptions,
    private readonly port: number,
  ) {}

  /** @throws {Error} with its own last words, when it cannot start. */
  static async start(options: ThaliProcessOptions): Promise<ThaliProcess> {
    const thali = new ThaliProcess(options, options.port ?? (await findFreePorts()));
    await thali.restart();
    return thali;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts it once more, after `kill` or `stop`; resolves when it serves. */
  async restart(): Promise<void> {
    const { root, env, logFile, main = 'apps/thali/src/main.js' } = this.options;
    mkdirSync(path.dirname(logFile), { recursive: true });
    const log = openSync(logFile, 'a');
    const child = spawn(process.execPath, [...nodeFlags, path.join(root, 'dist', main)], {
      cwd: root,
      env: { ...env, PORT: String(this.port) },
      stdio: ['ignore', 'pipe', log],
      // Its own process group: a Ctrl-C is meant for us, and it is needed until everybody is done.
      detached: true,
    });
    closeSync(log);
    this.child = child;
    const ended = once(child, 'exit').then(([code, signal]) => {
      throw new Error(`Thali ended (${signal ?? code}) before it served: ${lastWords(logFile)}`);
    });
    await Promise.race([firstLine(child.stdout!, /serves http/), ended]);
    ended.catch(() => {});
  }

  /** As a power cut would: at whatever instruction it is. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Lets it finish what is under way. @returns its exit code, or null when it had ended before, or was killed meanwhile. */
  stop(): Promise<number | null> {
    return this.end('SIGTERM');
  }

  private async end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return null;
    const gone = once(child, 'exit') as Promise<[number | null]>;
    child.kill(signal);
    return (await gone)[0];
  }
}

async function firstLine(out: Readable, wanted: RegExp): Promise<void> {
  const lines = createInterface(out);
  await new Promise<void>((resolve) => lines.on('line', (line) => wanted.test(line) && resolve()));
}

function lastWords(logFile: string): string {
  return readFileSync(logFile, 'utf8').trim().split('\n').at(-1) || 'without a word';
}
