import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { nodeFlags } from '@thali/tools/dev';

const readyWithinMs = 60_000;
const pollMs = 50;
const dist = path.join(__dirname, '../../..');

/** A process of Thali. */
export interface Server {
  readonly name: string;
  /** What it runs, in dist/. */
  readonly main: string;
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
}

/** Whatever ends us: they would go on without a database, for ever. */
const alive = new Set<ChildProcess>();
process.once('exit', () => alive.forEach((child) => child.kill('SIGKILL')));

/** Processes of Thali that run together. */
export class Servers {
  private constructor(
    private readonly children: readonly ChildProcess[],
    readonly url: string,
  ) {}

  /** @param servers the last one is the front door. @throws {Error} with the last words of one that does not become ready. */
  static async start(servers: readonly Server[], logFile: string): Promise<Servers> {
    const children = servers.map((server) => launch(server, logFile));
    const url = `http://127.0.0.1:${servers.at(-1)?.port}`;
    const all = new Servers(children, url);
    try {
      await Promise.all(servers.map((server, n) => ready(server, children[n]!, logFile)));
      return all;
    } catch (error) {
      await all.stop();
      throw error;
    }
  }

  get pids(): number[] {
    return this.children.flatMap(({ pid }) => pid ?? []);
  }

  /** Lets them finish what is under way, the front door first. */
  async stop(): Promise<void> {
    for (const child of [...this.children].reverse()) {
      if (hasEnded(child)) continue;
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
  }
}

function launch({ main, port, env }: Server, logFile: string): ChildProcess {
  const log = openSync(logFile, 'a');
  const options = [...nodeFlags, path.join(dist, main)];
  const child = spawn(process.execPath, options, {
    env: { ...process.env, ...env, PORT: String(port) },
    stdio: ['ignore', 'ignore', log],
    // Its own process group: a Ctrl-C is meant for us, and they are still needed then.
    detached: true,
  });
  closeSync(log);
  alive.add(child);
  child.once('exit', () => alive.delete(child));
  return child;
}

async function ready({ name, port }: Server, child: ChildProcess, logFile: string): Promise<void> {
  const until = Date.now() + readyWithinMs;
  while (!hasEnded(child) && Date.now() < until) {
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined);
    if (answer?.ok) return;
    await pause(pollMs);
  }
  throw new Error(`${name} does not start: ${readFileSync(logFile, 'utf8').trim().split('\n').at(-1)}`);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
