import { moduleNames, type ModuleName } from '@thali/contracts';
import { provisionModule } from '@thali/kit/postgres';
import { Client } from 'pg';
import { shortLimits } from '../testing/journeys';
import { startThali, type ThaliHere } from '../testing/start-thali';

jest.setTimeout(60_000);

const pairs = moduleNames.flatMap((reader) =>
  moduleNames.filter((owner) => owner !== reader).map((owner) => [reader, owner] as const),
);
const insufficientPrivilege = '42501';

describe('the logins of the modules', () => {
  let thali: ThaliHere;
  const logins = new Map<ModuleName, Client>();

  beforeAll(async () => {
    thali = await startThali(shortLimits);
    for (const module of moduleNames) {
      const login = new Client({ connectionString: await provisionModule(thali.databaseUrl, module) });
      await login.connect();
      logins.set(module, login);
    }
  });
  afterAll(async () => {
    await Promise.all([...logins.values()].map((login) => login.end()));
    await thali.stop();
  });

  const tables = async (module: ModuleName): Promise<string[]> => {
    const { rows } = await login(module).query<{ name: string }>(
      'select tablename as name from pg_tables where schemaname = $1',
      [module],
    );
    return rows.map(({ name }) => `"${module}"."${name}"`);
  };
  const login = (module: ModuleName): Client => {
    const found = logins.get(module);
    if (!found) throw new Error(`${module} has no login`);
    return found;
  };
  const codesOf = async (module: ModuleName, queries: readonly string[]): Promise<string[]> => {
    const codes: string[] = [];
    for (const query of queries) codes.push(await codeOf(module, query));
    return codes;
  };
  const codeOf = (module: ModuleName, sql: string): Promise<string> =>
    login(module)
      .query(sql)
      .then(
        () => 'allowed',
        (error: { code: string }) => error.code,
      );

  it.each(moduleNames)('let %s read every table of its own', async (module) => {
    const own = await tables(module);
    expect(own.length).toBeGreaterThan(5);
    const codes = await codesOf(
      module,
      own.map((table) => `select * from ${table} limit 1`),
    );
    expect(codes).toEqual(own.map(() => 'allowed'));
  });

  it.each(pairs)('keep %s from reading any table of %s', async (reader, owner) => {
    const others = await tables(owner);
    const codes = await codesOf(
      reader,
      others.map((table) => `select * from ${table} limit 1`),
    );
    expect(codes).toEqual(others.map(() => insufficientPrivilege));
  });

  it.each(pairs)('keep %s from becoming %s, and from making anything in its schema', async (reader, owner) => {
    const { rows } = await login(owner).query<{ role: string }>('select current_user as role');
    expect(await codeOf(reader, `set role "${rows[0]?.role}"`)).toBe(insufficientPrivilege);
    expect(await codeOf(reader, `create table "${owner}".smuggled (x int)`)).toBe(insufficientPrivilege);
  });

  it.each(moduleNames)('give %s no power over the server', async (module) => {
    const { rows } = await login(module).query(
      'select rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls from pg_roles where rolname = current_user',
    );
    expect(rows).toEqual([
      { rolsuper: false, rolcreaterole: false, rolcreatedb: false, rolreplication: false, rolbypassrls: false },
    ]);
  });
});
