import { z } from 'zod';
import { milliseconds, readVariables, type Environment } from '@thali/kit/nest';
import { readSettings } from '../settings';
import { checkNames, maskPasswords } from '../variables';

const modules = ['bakery', 'dairy'];
const read = (env: Environment, able = modules) => readSettings(env, 'FARM', { able, whole: modules });

describe('the settings of a process', () => {
  it('need nothing to be set', () => {
    expect(read({})).toEqual({
      prefix: 'FARM',
      modules,
      transport: 'in-process',
      rabbitMqUrl: 'amqp://127.0.0.1:5672',
      port: 3000,
      host: '127.0.0.1',
      dataDirectory: '.farm',
      databaseUrl: undefined,
      moduleDatabaseUrls: { bakery: undefined, dairy: undefined },
      secret: undefined,
      corsOrigins: [],
      logLevel: 'warn',
      leaseMs: 5_000,
      retentionDays: 30,
      maxLagMs: 150,
      drainWithinMs: 20_000,
      seed: true,
    });
  });

  it('take what is set to nothing for not set', () => {
    expect(read({ PORT: '', FARM_DATABASE_URL: '', FARM_MODULES: '' })).toEqual(read({}));
  });

  it('seed only a database of our own, unless it is said otherwise', () => {
    const elsewhere = 'postgresql://farm@db/farm';
    expect(read({ FARM_DATABASE_URL: elsewhere }).seed).toBe(false);
    expect(read({ FARM_DATABASE_URL: elsewhere, FARM_SEED: 'true' }).seed).toBe(true);
    expect(read({ FARM_SEED: 'false' }).seed).toBe(false);
    expect(read({ FARM_BAKERY_DATABASE_URL: elsewhere }).seed).toBe(true);
    expect(read({ FARM_BAKERY_DATABASE_URL: elsewhere, FARM_DAIRY_DATABASE_URL: elsewhere }).seed).toBe(false);
  });

  it('host some of the modules where there is a wire to the others', () => {
    const env = { FARM_MODULES: ' dairy , dairy', FARM_TRANSPORT: 'rabbitmq' };
    expect(read(env)).toMatchObject({
      modules: ['dairy'],
      transport: 'rabbitmq',
      moduleDatabaseUrls: { dairy: undefined },
    });
  });

  const aUrl = 'a PostgreSQL URL such as postgresql://user:password@host:5432/database';
  const aPort = 'a port number from 0 to 65535';
  const someDays = 'a whole number of days from 30 to 365: duplicates have to be recognised for 30 days';
  const aWhile = 'a whole number of milliseconds from 1 to 2147483647';

  it.each([
    ['PORT', 'http', aPort],
    ['PORT', '70000', aPort],
    ['PORT', '80.5', aPort],
    ['FARM_DATABASE_URL', 'mysql://farm', aUrl],
    ['FARM_DAIRY_DATABASE_URL', 'localhost', aUrl],
    ['FARM_CORS_ORIGINS', 'shop.example', 'origins such as https://shop.example, separated by commas, or *'],
    ['FARM_CORS_ORIGINS', 'https://shop.example/', 'origins such as https://shop.example, separated by commas, or *'],
    ['FARM_MAX_LAG_MS', '0', aWhile],
    ['FARM_DRAIN_WITHIN_MS', 'quickly', aWhile],
    ['FARM_LOG_LEVEL', 'loud', 'one of trace, debug, info, warn, error, fatal, silent'],
    ['FARM_LEASE_MS', 'soon', aWhile],
    ['FARM_LEASE_MS', '0', aWhile],
    ['FARM_LEASE_MS', '1.5', aWhile],
    ['FARM_LEASE_MS', '3000000000', aWhile],
    ['FARM_RETENTION_DAYS', '29', someDays],
    ['FARM_RETENTION_DAYS', 'all', someDays],
    ['FARM_SEED', 'yes', 'true or false'],
    ['FARM_TRANSPORT', 'pigeon', 'in-process or rabbitmq'],
    ['FARM_RABBITMQ_URL', 'http://rabbit', 'an AMQP URL such as amqp://user:password@host:5672'],
    ['FARM_MODULES', 'bakery,brewery', 'a list of some of bakery, dairy, separated by commas'],
  ])('say in one sentence what is wrong with %s=%s', (variable, value, should) => {
    expect(() => read({ [variable]: value })).toThrow(
      expect.objectContaining({ name: 'Misconfigured', message: `${variable} is "${value}"; it should be ${should}` }),
    );
  });

  it.each([
    ['FARM_SECRET', 'too short', 'a secret of at least 16 characters'],
    ['FARM_DATABASE_URL', 'mysql://farm:hunter2@db/farm', 'mysql://farm:***@db/farm'],
    ['FARM_DATABASE_URL', 'farm:hunter2@db/farm', 'farm:***@db/farm'],
    ['FARM_DATABASE_URL', 'postgresql:/farm:hunter2@db', 'postgresql:***@db'],
    ['FARM_DATABASE_URL', 'http://db/farm?user=farm&password=hunter2', 'http://db/farm?user=farm&password=***'],
    ['FARM_RABBITMQ_URL', 'rabbit://farm:hunter2 @with:/all#@rabbit', 'rabbit://farm:***@rabbit'],
  ])('never show a secret: %s=%s', (variable, value, shown) => {
    const attempt = () => read({ [variable]: value });
    expect(attempt).toThrow(shown);
    expect(attempt).not.toThrow(/hunter2|too short|all#/);
  });

  it('say why modules that are apart need a wire', () => {
    expect(() => read({ FARM_MODULES: 'dairy' })).toThrow(
      'FARM_TRANSPORT is not set; it should be rabbitmq, because bakery runs in other processes, which the in-process transport does not reach',
    );
  });
});

describe('a module that reads its own variables', () => {
  it('gets them typed, with its defaults', () => {
    const shape = { FARM_MILK_AFTER_MS: milliseconds(500), FARM_COWS: z.coerce.number().int().default(3) };
    expect(readVariables({ FARM_COWS: '12' }, shape)).toEqual({ FARM_MILK_AFTER_MS: 500, FARM_COWS: 12 });
  });

  it('is told which one it needs and has not got', () => {
    expect(() => readVariables({}, { FARM_NAME: z.string('the name on the sign') })).toThrow(
      'FARM_NAME is not set; it should be the name on the sign',
    );
  });
});

describe('a variable that nothing reads', () => {
  const warned: unknown[] = [];
  const log = {
    debug() {},
    info() {},
    error() {},
    warn: (facts: object, message: string) => warned.push([facts, message]),
  };
  const check = (name: string, isWhole = true) => {
    read({});
    readVariables({}, { FARM_MILK_AFTER_MS: milliseconds(500) });
    checkNames({ [name]: 'x', PATH: '/bin', FARMER: 'Ann' }, 'FARM', isWhole, log);
  };
  beforeEach(() => void (warned.length = 0));

  it.each([
    ['FARM_DATABSE_URL', 'FARM_DATABASE_URL'],
    ['FARM_DIARY_DATABASE_URL', 'FARM_DAIRY_DATABASE_URL'],
    ['FARM_MILK_AFTER', 'FARM_MILK_AFTER_MS'],
    ['FARM_SECRT', 'FARM_SECRET'],
    ['FARM_PORT', 'PORT'],
  ])('is refused where it was meant to be one that something reads: %s', (name, meant) => {
    expect(() => check(name)).toThrow(`${name} is not a setting; did you mean ${meant}?`);
  });

  it('is warned about, unless another process may read it', () => {
    check('FARM_TRACTOR_FUEL');
    expect(warned).toEqual([[{ variable: 'FARM_TRACTOR_FUEL' }, 'unknown setting ignored']]);
    check('FARM_TRACTOR_FUEL', false);
    expect(warned).toHaveLength(1);
  });

  it('is none when it is set for a module in another process', () => {
    check('FARM_BAKERY_DATABASE_URL');
    expect(warned).toEqual([]);
  });
});

describe('the passwords of URLs', () => {
  it.each([
    ['cannot connect to amqp://thali:hunter2@rabbit:5672/x.', 'cannot connect to amqp://thali:***@rabbit:5672/x.'],
    ['"postgresql://u:p@q/w@db/x?password=hunter2&a=b"', '"postgresql://u:***@db/x?password=***&a=b"'],
    ['connect ECONNREFUSED 127.0.0.1:5432', 'connect ECONNREFUSED 127.0.0.1:5432'],
    ['see http://localhost:3000/docs', 'see http://localhost:3000/docs'],
  ])('are not in a sentence: %s', (text, shown) => {
    expect(maskPasswords(text)).toBe(shown);
  });
});
