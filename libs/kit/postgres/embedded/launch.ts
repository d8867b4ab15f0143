import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, ftruncateSync, openSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { chooseAccount, runAs, type Account } from './account';
import { findBinaries, type Binaries } from './binaries';
import type { Cluster } from './cluster';
import { port, superuser } from './hold';

/** Names and values of postgresql.conf. */
export type Settings = Readonly<Record<string, string | number>>;

/**
 * Autovacuum visits the queues often, which are emptied as fast as they fill: they have thresholds of their own. Everything else it
 * visits seldom and slowly: by default the tables of a young database are due all at once, and customers wait for those seconds. It is
 * slow by many short rests and not by few long ones: since PostgreSQL 17, ANALYZE rests while it holds a page (`acquire_sample_rows`,
 * analyze.c), and who wants to write there waits.
 */
const defaults: Settings = {
  autovacuum_naptime: '10s',
  autovacuum_vacuum_cost_delay: '2ms',
  autovacuum_vacuum_cost_limit: 20,
  autovacuum_vacuum_threshold: 20_000,
  autovacuum_vacuum_insert_threshold: 1_000_000,
  autovacuum_analyze_threshold: 20_000,
  // As PostgreSQL has them. With small files of its log `initdb` would choose less, and there would be a checkpoint every few seconds.
  min_wal_size: '80MB',
  max_wal_size: '1GB',
};

/**
 * A new file of the write-ahead log is filled with zeros before it is used, and the session that commits waits for that: 1 MB is done sooner than
 * PostgreSQL's 16.
 */
const walSegmentMegabytes = 1;

/**
 * Starts a server on the cluster's data, which is made first if there is none. Does not wait until it serves.
 *
 * @throws {Error} when this platform, this account or this directory does not allow it.
 */
export async function launch(cluster: Cluster, settings: Settings): Promise<ChildProcess> {
  await mkdir(cluster.directory, { recursive: true });
  const binaries = findBinaries();
  const account = await chooseAccount(binaries.postgres, cluster.directory);
  cluster.prepareFor(account);
  if (!cluster.isInitialised) await initialise(cluster, binaries, account);
  cluster.removeLeftovers();
  const log = openLog(cluster);
  // In a process group of its own: a Ctrl-C in the terminal is meant for the application, which still needs it to drain.
  const options: SpawnOptions = { stdio: ['ignore', log, log], detached: true };
  const server = runAs(account, binaries.postgres, ['-D', cluster.data, ...asArguments(cluster, settings)], options);
  closeSync(log);
  await once(server, 'spawn');
  server.unref();
  return server;
}

function asArguments({ socketDirectory }: Cluster, settings: Settings): string[] {
  const quoted = `"${socketDirectory.replaceAll('"', '""')}"`;
  const all = { ...defaults, ...settings, listen_addresses: '', port, unix_socket_directories: quoted };
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** Makes the data aside and moves it into place whole: neither a crash nor a rival leaves half of it. */
async function initialise(cluster: Cluster, { initdb }: Binaries, account: Account): Promise<void> {
  const draft = `${cluster.data}-${randomUUID()}`;
  const log = openLog(cluster);
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const segments = `--wal-segsize=${walSegmentMegabytes}`;
  const args = ['-D', draft, `--username=${superuser}`, '--auth=trust', segments, ...locale];
  const [code] = await once(runAs(account, initdb, args, { stdio: ['ignore', log, log] }), 'exit');
  closeSync(log);
  if (code !== 0) throw new Error(reasonIn(cluster));
  // It cannot be moved where a rival's data already are, which are as good.
  await rename(draft, cluster.data).catch(() => rm(draft, { recursive: true }));
}

/** @throws {Error} why the server ended, unless it was because another one was faster, or has not quite gone yet. */
export function expectRival(cluster: Cluster): void {
  const reason = reasonIn(cluster);
  if (!/already exists|still in use/.test(reason)) throw new Error(reason);
}

/** Empty, and written at its end only, because a rival may have opened it too. */
function openLog(cluster: Cluster): number {
  const log = openSync(cluster.log, 'a');
  ftruncateSync(log);
  return log;
}

function reasonIn(cluster: Cluster): string {
  const lines = readFileSync(cluster.log, 'utf8').trim().split('\n');
  const told = lines.findLast((line) => /(FATAL|PANIC|error): /.test(line)) ?? lines.at(-1) ?? '';
  return told.replace(/^.*?(FATAL|PANIC|error): +/, '') || 'it ended without a word';
}
