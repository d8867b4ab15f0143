import type { ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../../core';
import { Cluster, isRunning } from './cluster';
import { Hold, port, superuser } from './hold';
import { expectRival, launch, type Settings } from './launch';

const pollMs = 10;
/** Long enough to recover from a crash with a long log. */
const startWithinMs = 300_000;

export interface EmbeddedPostgresOptions {
  /** Holds the data, in a subfolder `postgres`; made when missing. */
  readonly directory: string;
  /** Such as `{ max_connections: 200 }`, beside those that suit Thali. They do not change a server that already runs. */
  readonly settings?: Settings;
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
 * outlives this process if this process is killed; the next start adopts it.
 *
 * @throws {Error} one sentence that says what is in the way and what to do: a platform without binaries, a directory that
 * cannot be written, data of another version.
 */
export async function startEmbeddedPostgres({
  directory,
  settings = {},
}: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const cluster = new Cluster(directory);
  try {
    return await joinOrLaunch(cluster, settings);
  } catch (error) {
    const advice = 'Choose a directory that can be written, or a PostgreSQL server of your own';
    throw new Error(`the embedded PostgreSQL cannot start in ${cluster.home}: ${messageOf(error)}. ${advice}.`, {
      cause: error,
    });
  }
}

/** Several processes may do this at once: PostgreSQL lets one server onto the data, and all of them end up with that one. */
async function joinOrLaunch(cluster: Cluster, settings: Settings): Promise<EmbeddedPostgres> {
  const until = Date.now() + startWithinMs;
  let launched: ChildProcess | undefined;
  while (Date.now() < until) {
    const running = cluster.findPostmaster();
    const hold = running?.socketDirectory ? await Hold.take(running.socketDirectory) : undefined;
    if (hold) return serve(cluster, hold, running?.pid !== launched?.pid);
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

function serve(cluster: Cluster, hold: Hold, adopted: boolean): EmbeddedPostgres {
  const host = hold.socketDirectory;
  const url = `postgresql://${superuser}@/postgres?host=${encodeURIComponent(host)}&port=${port}`;
  let stopped: Promise<void> | undefined;
  return { url, host, port, adopted, stop: () => (stopped ??= stop(cluster, hold)) };
}

async function stop(cluster: Cluster, taken: Hold): Promise<void> {
  const hold = taken.isLost ? await Hold.take(taken.socketDirectory) : taken;
  const running = cluster.findPostmaster();
  if (hold && running && (await hold.giveUp())) {
    process.kill(running.pid, 'SIGINT');
    while (isRunning(running.pid, cluster.data)) await pause(pollMs);
  }
  await hold?.close();
}
