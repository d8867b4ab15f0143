import { createHmac } from 'node:crypto';
import { Client } from 'pg';

/**
 * Gives a module its schema and its own login role in a database that several modules share, and returns the URL that
 * logs in as that role. The role can reach its own schema and nothing else. Idempotent.
 *
 * The role's password is derived from the administrator's URL, so that every process that may know it can compute it and
 * it is stored nowhere.
 *
 * @param adminUrl a login that may create roles and schemas.
 */
export async function provisionModule(adminUrl: string, module: string): Promise<string> {
  const admin = await connect(adminUrl);
  // Roles belong to the whole server: the database's name keeps those of its neighbours apart.
  const role = `${admin.database}_${module}`;
  const password = createHmac('sha256', adminUrl).update(role).digest('base64url');
  try {
    // Two processes may start at once, and CREATE ROLE has no IF NOT EXISTS.
    await admin.query('begin');
    await admin.query(`select pg_advisory_xact_lock(hashtext('thali-provision'))`);
    const { rowCount } = await admin.query('select 1 from pg_roles where rolname = $1', [role]);
    await admin.query(`${rowCount ? 'alter' : 'create'} role "${role}" login password '${password}'`);
    await admin.query(`grant "${role}" to current_user`);
    await admin.query(`create schema if not exists "${module}" authorization "${role}"`);
    await admin.query('commit');
  } finally {
    await admin.end();
  }
  return asRole(adminUrl, role, password);
}

/** Makes the module's schema in a database that is its own, where it is missing. @returns the URL. */
export async function ensureSchema(url: string, module: string): Promise<string> {
  const owner = await connect(url);
  try {
    // IF NOT EXISTS asks for the right to create even where there is nothing to create.
    const { rowCount } = await owner.query('select 1 from pg_namespace where nspname = $1', [module]);
    if (!rowCount) await owner.query(`create schema if not exists "${module}"`);
  } finally {
    await owner.end();
  }
  return url;
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => {}); // The query in flight fails, too.
  await client.connect();
  return client;
}

function asRole(adminUrl: string, role: string, password: string): string {
  // A URL without a host (`postgresql:///db?host=/socket`) has no place for credentials in WHATWG's grammar.
  return adminUrl.replace(/^(postgres(?:ql)?:\/\/)([^@/]*@)?/, `$1${role}:${password}@`);
}
