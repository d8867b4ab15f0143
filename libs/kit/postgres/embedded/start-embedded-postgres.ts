import type { ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { messageOf, type Log } from '../../core';
import { Cluster, isRunning } from './cluster';
import { Hold, port, superuser } from './hold';
import { expectRival, launch, type Settings } from './launch';

const pollMs = 10;
/** How long to leave a server in peace that cannot be started again. */
const retryMs = 1_000;
/** Long enough to recover from a crash with a long log. */
const startWithinMs = 300_000;

export interface EmbeddedPostgresOptions {
  /** Holds the data, in a subfolder `postgres`; made when missing. */
  readonly directory: string;
  /** Such as `{ max_connections: 200 }`, beside those that suit Thali. They do not change a server that already runs. */
  readonly settings?: Settings;
  /** Is told when the server had to be started again, or cannot be. */
  readonly log?: Log;
  /** Whether to start the server again when it dies; default true. False where the caller kills it and starts it by itself. */
  readonly restart?: boolean;
}

export interface EmbeddedPostgres {
  /** Logs in as the superuser `thali`, for node-postgres and for libpq. */
  readonly url: string;
  /** The directory of the socket. */
  readonly host: string;
  /** Part of the socket's name; no network port is opened. */
  readonly port: number;
  /** Whether the server was there already: another process uses it too, or one that was killed left it behind. */
  readonly adopted: boolean;
  /** Stops the server, cutting connections that are still open, unless another process uses it too. The data stays. */
  stop(): Promise<void>;
}

/**
 * Starts a real PostgreSQL that belongs to a directory and needs no installation, or adopts the one that runs there. It
 * outlives this process if this process is killed; the next start adopts it. If the server dies (the out-of-memory killer
 * chooses it gladly), every process that uses it starts it again, and one of them succeeds.
 *
 * @throws {Error} one sentence that says what is in the way and what to do: a platform without binaries, a directory that
 * cannot be written, data of another version.
 */
export async function startEmbeddedPostgres({
  directory,
  settings = {},
  log,
  restart = true,
}: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const cluster = new Cluster(directory);
  try {
    const { hold, adopted } = await joinOrLaunch(cluster, settings);
    return new KeptServer({ cluster, settings, log, restart }, hold, adopted);
  } catch (error) {
    const advice = 'Choose a directory that can be written, or a PostgreSQL server of your own';
    throw new Error(`the embedded PostgreSQL cannot start in ${cluster.home}: ${messageOf(error)}. ${advice}.`, {
      cause: error,
    });
  }
}

/** Several processes may do this at once: PostgreSQL lets one server onto the data, and all of them end up with that one. */
async function joinOrLaunch(cluster: Cluster, settings: Settings): Promise<{ hold: Hold; adopted: boolean }> {
  const until = Date.now() + startWithinMs;
  let launched: ChildProcess | undefined;
  while (Date.now() < until) {
    const running = cluster.findPostmaster();
    const hold = running?.socketDirectory ? await Hold.take(running.socketDirectory) : undefined;
    if (hold) return { hold, adopted: running?.pid !== launched?.pid };
    if (!running && !isAlive(launched)) {
      if (launched) expectRival(cluster);
      launched = await launch(cluster, settings);
    }
    await pause(pollMs);
  }
  throw new Error(`it did not answer within ${startWithinMs / 1000} seconds`);
}

function isAlive(program: ChildProcess | undefined): boolean {
  return program !== undefined && program.exitCode === null && program.signalCode === null;
}

/** A server with a process that looks after it: whenever the process loses its hold, it takes another, of a new server if need be. */
class KeptServer implements EmbeddedPostgres {
  readonly port = port;
  readonly host: string;
  private keeping: Promise<void> = Promise.resolve();
  private stopped: Promise<void> | undefined;

  constructor(
    private readonly options: { cluster: Cluster; settings: Settings; log: Log | undefined; restart: boolean },
    private hold: Hold,
    readonly adopted: boolean,
  ) {
    this.host = hold.socketDirectory;
    if (options.restart) this.watch(hold);
  }

  get url(): string {
    return `postgresql://${superuser}@/postgres?host=${encodeURIComponent(this.host)}&port=${port}`;
  }

  stop(): Promise<void> {
    return (this.stopped ??= this.end());
  }

  private watch(hold: Hold): void {
    void hold.lost.then(() => {
      if (!this.stopped) this.keeping = this.takeAgain();
    });
  }

  private async takeAgain(): Promise<void> {
    const { cluster, settings, log } = this.options;
    const facts = { directory: cluster.home };
    const before = cluster.findPostmaster()?.pid;
    while (!this.stopped) {
      try {
        const { hold } = await joinOrLaunch(cluster, settings);
        this.hold = hold;
        if (before === undefined || cluster.findPostmaster()?.pid !== before)
          log?.warn(facts, 'embedded PostgreSQL restarted');
        return this.watch(hold);
      } catch (error) {
        log?.error({ ...facts, err: error }, 'embedded PostgreSQL cannot be restarted');
        await pause(retryMs);
      }
    }
  }

  private async end(): Promise<void> {
    await this.keeping;
    const { cluster } = this.options;
    const hold = this.hold.isLost ? await Hold.take(this.hold.socketDirectory) : this.hold;
    const running = cluster.findPostmaster();
    if (hold && running && (await hold.giveUp())) {
      process.kill(running.pid, 'SIGINT');
      while (isRunning(running.pid, cluster.data)) await pause(pollMs);
    }
    await hold?.close();
  }
}
