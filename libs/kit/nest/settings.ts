import { z } from 'zod';
import { dedupeDays } from '../messaging';
import { Misconfigured, declareVariables, milliseconds, readVariables, type Environment } from './variables';

/** Everything the kit itself wants to know about the deployment. */
export interface Settings {
  /** What the variables begin with. */
  readonly prefix: string;
  /** The modules that this process hosts. */
  readonly modules: readonly string[];
  readonly transport: 'in-process' | 'rabbitmq';
  readonly rabbitMqUrl: string;
  readonly port: number;
  /** Address to listen on. */
  readonly host: string;
  readonly dataDirectory: string;
  /** An administrator's login to the one database that the modules share, each in its own schema and role. */
  readonly databaseUrl: string | undefined;
  /** The modules' own databases, where they have them: they win over `databaseUrl`. */
  readonly moduleDatabaseUrls: Readonly<Record<string, string | undefined>>;
  /** Seals what only some modules may read; by default one made and kept in the data directory. See `Seal`. */
  readonly secret: string | undefined;
  /** Origins whose pages may read responses in a browser; `*` is every one. */
  readonly corsOrigins: readonly string[];
  readonly logLevel: string;
  /** See `Partitions`. */
  readonly leaseMs: number;
  /** Days for which messages and answers to repeated requests are remembered. See `Retention`. */
  readonly retentionDays: number;
  /** How late accepted work may be before new work is refused. */
  readonly maxLagMs: number;
  /** How long a process may take to stop. Clients have a quarter of it to complete their requests and to read the responses. */
  readonly drainWithinMs: number;
  /** Whether to fill empty tables with an example to play with. */
  readonly seed: boolean;
}

const url = z
  .string()
  .regex(/^postgres(ql)?:\/\//, 'a PostgreSQL URL such as postgresql://user:password@host:5432/database')
  .optional();
const someDays = `a whole number of days from ${dedupeDays} to 365: duplicates have to be recognised for ${dedupeDays} days`;
const days = z.coerce.number(someDays).int(someDays).min(dedupeDays, someDays).max(365, someDays).default(dedupeDays);
const someOrigins = 'origins such as https://shop.example, separated by commas, or *';
const origins = z
  .string()
  .transform((list) => list.split(',').map((origin) => origin.trim()))
  .pipe(z.array(z.string().regex(/^(\*|https?:\/\/[^/\s?#@]+)$/i, someOrigins)))
  .default([]);
const aPort = 'a port number from 0 to 65535';
const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** Which modules there are: what the process is able to host, and what the whole product consists of. Empty where the process is all. */
export interface Inventory {
  readonly able: readonly string[];
  readonly whole: readonly string[];
}

/**
 * @param prefix of the variables: `THALI` reads `THALI_DATABASE_URL`.
 * @throws {Misconfigured}
 */
export function readSettings(
  env: Environment,
  prefix: string,
  { able, whole }: Inventory = { able: [], whole: [] },
): Settings {
  declareVariables([...able, ...whole].map((module) => databaseUrlOf(prefix, module)));
  const { modules, transport, rabbitMqUrl } = readTopology(env, prefix, { able, whole });
  const read = readVariables(env, {
    PORT: z.coerce.number(aPort).int(aPort).min(0, aPort).max(65_535, aPort).default(3000),
    [`${prefix}_HOST`]: z.string().default('127.0.0.1'),
    [`${prefix}_DATA_DIR`]: z.string().default(`.${prefix.toLowerCase()}`),
    [`${prefix}_DATABASE_URL`]: url,
    [`${prefix}_SECRET`]: z
      .string()
      .min(16, 'a secret of at least 16 characters, the same for every process')
      .optional(),
    [`${prefix}_CORS_ORIGINS`]: origins,
    [`${prefix}_LOG_LEVEL`]: z.enum(levels, `one of ${levels.join(', ')}`).default('warn'),
    [`${prefix}_LEASE_MS`]: milliseconds(5_000),
    [`${prefix}_RETENTION_DAYS`]: days,
    [`${prefix}_MAX_LAG_MS`]: milliseconds(150),
    [`${prefix}_DRAIN_WITHIN_MS`]: milliseconds(20_000),
    [`${prefix}_SEED`]: z.enum(['true', 'false'], 'true or false').optional(),
  }) as Record<string, string | number | readonly string[] | undefined>;
  const databaseUrl = read[`${prefix}_DATABASE_URL`] as string | undefined;
  const moduleDatabaseUrls = Object.fromEntries(
    modules.map((module) => [module, readModuleDatabaseUrl(env, prefix, module)]),
  );
  const embedded = databaseUrl === undefined && Object.values(moduleDatabaseUrls).some((own) => own === undefined);
  return {
    prefix,
    modules,
    transport,
    rabbitMqUrl,
    port: read.PORT as number,
    host: read[`${prefix}_HOST`] as string,
    dataDirectory: read[`${prefix}_DATA_DIR`] as string,
    databaseUrl,
    moduleDatabaseUrls,
    secret: read[`${prefix}_SECRET`] as string | undefined,
    corsOrigins: read[`${prefix}_CORS_ORIGINS`] as readonly string[],
    logLevel: read[`${prefix}_LOG_LEVEL`] as string,
    leaseMs: read[`${prefix}_LEASE_MS`] as number,
    retentionDays: read[`${prefix}_RETENTION_DAYS`] as number,
    maxLagMs: read[`${prefix}_MAX_LAG_MS`] as number,
    drainWithinMs: read[`${prefix}_DRAIN_WITHIN_MS`] as number,
    seed: read[`${prefix}_SEED`] === undefined ? embedded : read[`${prefix}_SEED`] === 'true',
  };
}

/** The module's own database, if it has one: it wins over the shared one. @throws {Misconfigured} */
export function readModuleDatabaseUrl(env: Environment, prefix: string, module: string): string | undefined {
  const variable = databaseUrlOf(prefix, module);
  return readVariables(env, { [variable]: url })[variable];
}

function databaseUrlOf(prefix: string, module: string): string {
  return `${prefix}_${module.toUpperCase().replaceAll('-', '_')}_DATABASE_URL`;
}

type Topology = Pick<Settings, 'modules' | 'transport' | 'rabbitMqUrl'>;

/** Any grouping of modules into processes is legal, but what is apart needs a wire. @throws {Misconfigured} */
function readTopology(env: Environment, prefix: string, { able, whole }: Inventory): Topology {
  const names = z
    .string()
    .transform((list) => list.split(',').map((name) => name.trim()))
    .pipe(
      z
        .array(z.enum(able as [string, ...string[]], `a list of some of ${able.join(', ')}, separated by commas`))
        .min(1),
    )
    .default([...able]);
  const read = readVariables(env, {
    [`${prefix}_MODULES`]: names,
    [`${prefix}_TRANSPORT`]: z.enum(['in-process', 'rabbitmq'], 'in-process or rabbitmq').default('in-process'),
    [`${prefix}_RABBITMQ_URL`]: z
      .string()
      .regex(/^amqps?:\/\//, 'an AMQP URL such as amqp://user:password@host:5672')
      .default('amqp://127.0.0.1:5672'),
  });
  const modules = [...new Set(read[`${prefix}_MODULES`] as string[])];
  const transport = read[`${prefix}_TRANSPORT`] as Topology['transport'];
  const rabbitMqUrl = read[`${prefix}_RABBITMQ_URL`] as string;
  const absent = whole.filter((module) => !modules.includes(module));
  refuseUnreachable({ prefix, transport }, absent, env);
  return { modules, transport, rabbitMqUrl };
}

/** @param absent the modules in other processes. @throws {Misconfigured} when there are some, and the transport does not reach them. */
export function refuseUnreachable(
  { prefix, transport }: Pick<Settings, 'prefix' | 'transport'>,
  absent: readonly string[],
  env: Environment,
): void {
  if (transport !== 'in-process' || absent.length === 0) return;
  const why = `rabbitmq, because ${absent.join(', ')} run${absent.length === 1 ? 's' : ''} in other processes, which the in-process transport does not reach`;
  throw new Misconfigured(`${prefix}_TRANSPORT`, env[`${prefix}_TRANSPORT`], why);
}
