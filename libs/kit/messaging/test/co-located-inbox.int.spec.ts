import { InProcessTransport } from '@thali/kit/messaging';
import { createLog } from '@thali/kit/telemetry';
import { Database, provisionModule, type Raised, type Signals } from '@thali/kit/postgres';
import { aServer, type TestServer } from '@thali/kit/postgres/testing';
import { messagingMigrations } from '..';
import { Messaging } from '../messaging';
import { send } from '../outbox/send';
import { Rang } from './instance';

const log = createLog('test', 'silent');

describe('A coLocatedInbox', () => {
  const servers: TestServer[] = [];
  const databases: Database[] = [];
  let tower: Database;
  let street: Database;

  /** A tower that rings and a street that hears it, in one process whose relays and consumers have not started. */
  async function prepare(towersServer: TestServer, streetsServer: TestServer): Promise<void> {
    tower = await open('tower', towersServer);
    street = await open('street', streetsServer);
    const transport = new InProcessTransport();
    const subscriptions = ['street.listen', 'street.count'].map((name) => ({
      name,
      types: [Rang],
      handle: { inside: async () => {} },
    }));
    const messagings = [
      new Messaging({ db: tower, subscriptions: [], transport, log }),
      new Messaging({ db: street, subscriptions, transport, log }),
    ];
    for (const messaging of messagings) await messaging.prepare();
  }

  async function open(module: string, server: TestServer): Promise<Database> {
    const url = await provisionModule(server.url, module);
    const db = await Database.open({ module, url, migrations: messagingMigrations });
    databases.push(db);
    return db;
  }

  async function newServer(): Promise<TestServer> {
    const server = await aServer();
    servers.push(server);
    return server;
  }

  const ring = (...numbers: number[]) =>
    tower.transaction(async (tx) => numbers.forEach((n) => send(tx, Rang({ bell: 'Pummerin', n }))));
  const inOutbox = async () => (await tower.read('select 1 from outbox')).length;
  const inInbox = () =>
    street.read(
      `select subscription, producer, key, key_version as version, (data ->> 'n')::int as n from inbox order by subscription, seq`,
    );

  afterEach(async () => {
    await Promise.all(databases.splice(0).map((db) => db.close()));
    await Promise.all(servers.splice(0).map((server) => server.drop()));
  });

  it('is written by the transaction that sends, where the databases are one', async () => {
    const server = await newServer();
    await prepare(server, server);
    const heard = new Set<string>();
    const passedOn = new Set<string>();
    for (const name of ['street.listen', 'street.count']) street.on(`inbox ${name}`, () => heard.add(name));
    street.on('committed', (signals: Signals) => [...signals.keys()].forEach((signal) => passedOn.add(signal)));
    await ring(1, 2);
    const letter = { producer: 'tower', key: 'Pummerin' };
    expect(await inInbox()).toEqual([
      { ...letter, subscription: 'street.count', version: 1, n: 1 },
      { ...letter, subscription: 'street.count', version: 2, n: 2 },
      { ...letter, subscription: 'street.listen', version: 1, n: 1 },
      { ...letter, subscription: 'street.listen', version: 2, n: 2 },
    ]);
    expect(await inOutbox()).toBe(0);
    expect([...heard].sort()).toEqual(['street.count', 'street.listen']);
    expect([...passedOn].sort()).toEqual(['inbox street.count', 'inbox street.listen']);
  });

  it('stays empty when the transaction fails', async () => {
    const server = await newServer();
    await prepare(server, server);
    const failing = tower.transaction(async (tx) => {
      send(tx, Rang({ bell: 'Pummerin', n: 1 }));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await inInbox()).toEqual([]);
  });

  it('is read by who wrote into it, and not looked into, unless something of the same key is there or blocks it', async () => {
    const server = await newServer();
    await prepare(server, server);
    const handedOver: unknown[] = [];
    street.on('inbox street.listen', (raised: Raised[]) =>
      handedOver.push(...raised.map(({ row, result }) => [row, (result as { seq: number | null }).seq !== null])),
    );
    const letter = (n: number) => expect.objectContaining({ type: 'tower.rang', data: { bell: 'Pummerin', n } });
    await ring(1, 2);
    await ring(3);
    await street.read('delete from inbox');
    await ring(4);
    await street.read('delete from inbox');
    await street.read(
      `insert into blocked_keys (subscription, key, until) values ('street.listen', 'Pummerin', 'infinity')`,
    );
    await ring(5);
    expect(handedOver).toEqual([
      [letter(1), true],
      [letter(2), true],
      [letter(3), false],
      [letter(4), true],
      [letter(5), false],
    ]);
  });

  it('is left alone while earlier messages wait in the outbox', async () => {
    const server = await newServer();
    await prepare(server, server);
    await tower.read(`insert into outbox (destination, part, message_id) values ('street', 0, gen_random_uuid())`);
    await ring(1);
    expect(await inInbox()).toEqual([]);
    expect(await inOutbox()).toBe(2);
  });

  it('does not exist between databases, not even where both have the same schemas', async () => {
    const [one, other] = [await newServer(), await newServer()];
    await open('street', one);
    await prepare(one, other);
    await ring(1);
    expect(await inInbox()).toEqual([]);
    expect(await inOutbox()).toBe(1);
  });

  it('can be written to and not read', async () => {
    const server = await newServer();
    await prepare(server, server);
    await expect(tower.read('select data from street.inbox')).rejects.toThrow('permission denied');
    await expect(tower.read('delete from street.inbox')).rejects.toThrow('permission denied');
    await expect(tower.read('select * from street.handled')).rejects.toThrow('permission denied');
  });
});
