// `npm run dev:split`: the separate services on this machine, without Docker: four databases with a role each, RabbitMQ, five processes.
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import { databaseOwners } from '@thali/contracts';
import { messageOf } from '@thali/kit/core';
import { startEmbeddedPostgres } from '@thali/kit/postgres/embedded';
import { welcome } from '../../apps/thali/src/welcome';
import { findFreePorts } from './free-ports';
import { findRabbitMq } from './rabbitmq';
import { portOf, servicesAt, type Service } from './services';
import { nodeFlags } from './node-flags';

const readyWithinMs = 60_000;
const dist = path.join(__dirname, '../..');

/** Everything that is running, and how to end it, the last first. */
const endings: (() => Promise<void>)[] = [];

async function main(): Promise<void> {
  const directory = path.resolve(process.env.THALI_DATA_DIR ?? '.thali', 'split');
  const { PORT: wanted = '3000' } = process.env;
  const gatewayPort = wanted === '0' ? await findFreePorts(1 + databaseOwners.length) : Number(wanted);
  mkdirSync(directory, { recursive: true });
  const postgres = await keepPostgres(directory);
  const rabbitMq = await findRabbitMq({ directory: path.join(directory, 'rabbitmq') });
  endings.push(() => rabbitMq.stop());
  for (const host of databaseOwners) await makeDatabase(postgres.url, host);
  const services = servicesAt({
    databaseUrl: (module) => urlOf(postgres.url, module),
    rabbitMqUrl: rabbitMq.url,
    serviceUrl: (module) => `http://127.0.0.1:${portOf(module, gatewayPort)}`,
    secret: secretOf(directory),
    gatewayPort,
  });
  for (const service of services) endings.push(await startService(service));
  process.stdout.write(welcome(`http://127.0.0.1:${gatewayPort}`));
}

/** Starts the database server, and starts it again when somebody has killed it. @returns where it is, always the same. */
async function keepPostgres(directory: string): Promise<{ url: string }> {
  const start = () => startEmbeddedPostgres({ directory, settings: { max_connections: 200 } });
  let postgres = await start();
  const watch = async () => {
    const witness = new Client({ connectionString: postgres.url });
    witness.on('error', () => {});
    witness.on('end', () => {
      if (ended) return;
      process.stderr.write('postgres   is gone, and is started again\n');
      start()
        .then((again) => (postgres = again))
        .then(watch)
        .catch(fail);
    });
    await witness.connect();
  };
  await watch();
  endings.push(() => postgres.stop());
  return postgres;
}

/** A database that its own role owns, and no other may enter. */
async function makeDatabase(serverUrl: string, module: string): Promise<void> {
  const name = `thali_${module}`;
  const admin = new Client({ connectionString: serverUrl });
  await admin.connect();
  try {
    const { rowCount } = await admin.query('select 1 from pg_database where datname = $1', [name]);
    if (rowCount) return;
    await admin.query(`create role ${name} login`);
    await admin.query(`create database ${name} owner ${name}`);
    await admin.query(`revoke connect on database ${name} from public`);
  } finally {
    await admin.end();
  }
}

function urlOf(serverUrl: string, module: string): string {
  return serverUrl.replace(/\/\/[^@/]*@?\/[^?]*/, `//thali_${module}@/thali_${module}`);
}

/** The services share one secret; it is kept beside the data that it seals. */
function secretOf(directory: string): string {
  const file = path.join(directory, 'secret');
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600 });
  return readFileSync(file, 'utf8');
}

/** Starts a service, and starts it again whenever it dies. @returns how to end it: it drains. */
async function startService(service: Service): Promise<() => Promise<void>> {
  let { child, gone } = spawnService(service);
  const watch = () =>
    void gone.then(() => {
      if (ended) return;
      process.stderr.write(`${service.name.padEnd(10)} is gone, and is started again\n`);
      ({ child, gone } = spawnService(service));
      watch();
    });
  await ready(service, child);
  watch();
  return async () => {
    child.kill('SIGTERM');
    await gone;
  };
}

function spawnService({ name, main, port, env }: Service): { child: ChildProcess; gone: Promise<void> } {
  const child = spawn(process.execPath, [...nodeFlags, path.join(dist, main)], {
    env: { ...process.env, ...env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C reaches us alone: we end the services in order.
    detached: true,
  });
  for (const output of [child.stdout, child.stderr]) {
    createInterface({ input: output }).on('line', (line) => process.stderr.write(`${name.padEnd(10)} ${line}\n`));
  }
  return { child, gone: new Promise<void>((resolve) => child.once('exit', () => resolve())) };
}

async function ready({ name, port }: Service, child: ChildProcess): Promise<void> {
  const until = Date.now() + readyWithinMs;
  while (child.exitCode === null && Date.now() < until) {
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill('SIGKILL');
  throw new Error(`the ${name} service did not become ready`);
}

let ended: Promise<void> | undefined;

function end(): Promise<void> {
  ended ??= (async () => {
    for (const ending of endings.reverse())
      await ending().catch((error: unknown) => process.stderr.write(`${messageOf(error)}\n`));
  })();
  return ended;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end().then(() => process.exit(0)));
main().catch(fail);

async function fail(error: unknown): Promise<void> {
  process.stderr.write(`Thali cannot run as separate services: ${messageOf(error)}\n`);
  await end();
  process.exit(1);
}
