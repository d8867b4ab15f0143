import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import type { Log } from '../../core';
import { eventually } from '../../messaging/testing';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../embedded';

// Making the data waits for the disk, which may be busy with something else.
jest.setTimeout(60_000);

/** All tests use it, one after the other: it takes a second to make the data, and a tenth of that to start on them. */
const directory = mkdtempSync(path.join(tmpdir(), 'embedded-'));
let started: EmbeddedPostgres[] = [];

beforeAll(() => chmodSync(directory, 0o755));

afterEach(async () => {
  for (const server of started) await server.stop();
  started = [];
});

afterAll(() => rmSync(directory, { recursive: true }));

async function start(
  settings?: Record<string, string | number>,
  where = directory,
  log?: Log,
): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ directory: where, settings, ...(log && { log }) });
  started.push(server);
  return server;
}

async function ask(server: EmbeddedPostgres, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: server.url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows.flatMap((row) => Object.values(row));
  } finally {
    await client.end();
  }
}

/** A log that keeps its messages. */
function aLog(): { log: Log; lines: string[] } {
  const lines: string[] = [];
  const note = (_: object, message: string) => void lines.push(message);
  return { log: { debug: note, info: note, warn: note, error: note }, lines };
}

/** The number of the process that serves the directory. */
function postmaster(where = directory): number {
  return Number(readFileSync(path.join(where, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0]);
}

/** Runs this launcher in a process of its own, and returns that process once it has a server. */
async function startElsewhere(where = directory) {
  const compile = `require.extensions['.ts'] = (module, file) =>
    module._compile(require('@swc/core').transformFileSync(file).code, file);`;
  const launch = `require('./libs/kit/postgres/embedded').startEmbeddedPostgres({ directory: process.argv[1] })
    .then(() => console.log('started'));`;
  const child = spawn(process.execPath, ['-e', compile + launch, where], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

it('keeps its data from one start to the next', async () => {
  const first = await start();
  await ask(first, `create table dish as select 'dal' as name`);
  await first.stop();

  expect(await ask(await start(), 'select name from dish')).toEqual(['dal']);
});

it('listens on no network', async () => {
  expect(await ask(await start(), 'show listen_addresses')).toEqual(['']);
});

it('writes to the disk before it says so, unless told otherwise', async () => {
  const first = await start();
  expect(await ask(first, 'show fsync')).toEqual(['on']);
  await first.stop();

  expect(await ask(await start({ fsync: 'off' }), 'show fsync')).toEqual(['off']);
});

it('has autovacuum visit the queues often, unless told otherwise', async () => {
  const first = await start();
  expect(await ask(first, 'show autovacuum_naptime')).toEqual(['10s']);
  await first.stop();

  expect(await ask(await start({ autovacuum_naptime: '1min' }), 'show autovacuum_naptime')).toEqual(['1min']);
});

it('has autovacuum rest shortly, and a log in small files that takes no more checkpoints than one in large files', async () => {
  const server = await start();
  expect(await ask(server, 'show autovacuum_vacuum_cost_delay')).toEqual(['2ms']);
  expect(await ask(server, 'show autovacuum_vacuum_cost_limit')).toEqual(['20']);
  expect(await ask(server, 'show wal_segment_size')).toEqual(['1MB']);
  expect(await ask(server, 'show max_wal_size')).toEqual(['1GB']);
});

it('tells letters beyond ASCII from each other, whatever the locale of the machine', async () => {
  expect(await ask(await start(), `select upper('crème brûlée')`)).toEqual(['CRÈME BRÛLÉE']);
});

it('stops although connections are open', async () => {
  const server = await start();
  const client = new Client({ connectionString: server.url });
  const errors: unknown[] = [];
  client.on('error', (error) => errors.push(error));
  await client.connect();

  await server.stop();

  expect(errors).toContainEqual(expect.objectContaining({ code: '57P01' }));
});

it('outlives a process that is killed, and is adopted by the next', async () => {
  const other = await startElsewhere();
  const survivor = postmaster();
  other.kill('SIGKILL');
  await once(other, 'exit');

  const adopted = await start();

  expect(adopted.adopted).toBe(true);
  expect(postmaster()).toBe(survivor);
  await adopted.stop();
  await expect(ask(adopted, 'select 1')).rejects.toThrow('ENOENT');
});

it('is not reached by a Ctrl-C that is meant for the application', async () => {
  await start();
  const groupOf = (pid: number) => execFileSync('ps', ['-o', 'pgid=', '-p', String(pid)], { encoding: 'utf8' }).trim();

  expect(groupOf(postmaster())).not.toBe(groupOf(process.pid));
});

it('gives one server to all that start at once in a directory without data', async () => {
  const bare = path.join(directory, 'bare');

  const [elsewhere, ...here] = await Promise.all([startElsewhere(bare), start({}, bare), start({}, bare)]);

  const starts = await Promise.all(here.map((server) => ask(server, 'select pg_postmaster_start_time()::text')));
  expect(new Set(starts.flat()).size).toBe(1);
  expect(readdirSync(path.join(bare, 'postgres')).filter((name) => name.startsWith('data'))).toEqual(['data']);
  elsewhere.kill('SIGKILL');
  await once(elsewhere, 'exit');
});

it('goes on serving the others when one of those that share it stops', async () => {
  const [one, other] = [await start(), await start()];

  await one.stop();

  expect(await ask(other, 'select 1')).toEqual([1]);
});

it('recovers what was committed when the server itself was killed', async () => {
  const first = await start();
  await ask(first, `create table drink as select 'chai' as name`);
  const killed = postmaster();
  process.kill(killed, 'SIGKILL');

  const second = await start();

  expect(postmaster()).not.toBe(killed);
  expect(await ask(second, 'select name from drink')).toEqual(['chai']);
});

it('is started again when it was killed, which is logged once, with everything that was committed', async () => {
  const { log, lines } = aLog();
  const server = await start({}, directory, log);
  await ask(server, `create table sauce as select 'sambar' as name`);
  process.kill(postmaster(), 'SIGKILL');

  const names = await eventually(
    () => ask(server, 'select name from sauce').catch(() => []),
    ({ length }) => length > 0,
  );

  expect(names).toEqual(['sambar']);
  await eventually(
    async () => lines.length,
    (count) => count > 0,
  );
  expect(lines).toEqual(['embedded PostgreSQL restarted']);
});

it('is not stopped for the others by a process whose session was cut', async () => {
  const [one, other] = [await start(), await start()];
  await ask(one, 'select pg_terminate_backend(pid) from pg_locks where locktype = $$advisory$$');
  const holders = () => ask(one, 'select count(*)::int from pg_locks where locktype = $$advisory$$ and granted');
  await eventually(holders, ([count]) => count === 2);

  await one.stop();

  expect(await ask(other, 'select 1')).toEqual([1]);
});

it('starts although a killed server left a claim, under a number that is another server’s by now', async () => {
  const elsewhere = path.join(directory, 'elsewhere');
  await start({}, elsewhere);
  await (await start()).stop();
  const home = path.join(directory, 'postgres');
  const claim = [postmaster(elsewhere), path.join(home, 'data'), 1, 5432, home, '', '', 'ready', ''].join('\n');
  writeFileSync(path.join(home, 'data/postmaster.pid'), claim);
  writeFileSync(path.join(home, '.s.PGSQL.5432.lock'), claim);

  expect((await start()).adopted).toBe(false);
});

it('starts below a directory that only its owner may enter', async () => {
  chmodSync(directory, 0o700);
  const server = await start();
  chmodSync(directory, 0o755);

  expect(await ask(server, 'select 1')).toEqual([1]);
});

it('finds a relative path from the working directory', async () => {
  const server = await start({}, path.relative(process.cwd(), directory));

  expect(server.host).toBe(path.join(directory, 'postgres'));
});

it('starts where the path has odd characters', async () => {
  expect(await ask(await start({}, path.join(directory, 'a "b", %c')), 'select 1')).toEqual([1]);
});

it('starts where the path is too long for a socket', async () => {
  const server = await start({}, path.join(directory, 'd'.repeat(100)));

  expect(Buffer.byteLength(server.host)).toBeLessThan(100);
  expect(await ask(server, 'select 1')).toEqual([1]);
  await server.stop();
  rmSync(server.host, { recursive: true });
});

it('says in one sentence what is in the way and what to do', async () => {
  writeFileSync(path.join(directory, 'file'), '');
  await expect(start({}, path.join(directory, 'file/data'))).rejects.toThrow(
    /^the embedded .*: ENOTDIR.*\. Choose .*\.$/,
  );

  await expect(start({ shared_buffers: 'plenty' })).rejects.toThrow(/invalid value for parameter "shared_buffers"/);

  writeFileSync(path.join(directory, 'postgres/data/PG_VERSION'), '9');
  await expect(start()).rejects.toThrow(/database files are incompatible with server\. Choose/);
});
