import { InProcessTransport, type Subscription } from '@thali/kit/messaging';
import { eventually } from '@thali/kit/messaging/testing';
import { createLog } from '@thali/kit/telemetry';
import { Database, provisionModule } from '@thali/kit/postgres';
import { aPlug, aServer, type Plug, type TestServer } from '@thali/kit/postgres/testing';
import { Messaging } from '../messaging';
import { messagingMigrations } from '..';
import { send } from '../outbox/send';
import { Rang, type Ring } from './instance';

const rings = 10_000;

describe('a relay whose destination was away for long', () => {
  let servers: TestServer[];
  let plug: Plug;
  let tower: Database;
  let ear: Database;
  let messagings: Messaging[];
  let heard: Set<number>;

  beforeEach(async () => {
    heard = new Set();
    const [here, there] = (servers = [await aServer(), await aServer()]);
    plug = await aPlug(await provisionModule(there!.url, 'ear'));
    tower = await Database.open({
      module: 'tower',
      url: await provisionModule(here!.url, 'tower'),
      migrations: messagingMigrations,
    });
    ear = await Database.open({ module: 'ear', url: plug.url, migrations: messagingMigrations });
    const transport = new InProcessTransport();
    const log = createLog('test', 'silent');
    const inside = async ({ n }: Ring) => void heard.add(n);
    const listener: Subscription = { name: 'ear.listen', types: [Rang], handle: { inside } };
    messagings = [
      new Messaging({ db: tower, subscriptions: [], transport, log }),
      new Messaging({ db: ear, subscriptions: [listener], transport, log }),
    ];
    for (const messaging of messagings) await messaging.prepare();
    for (const messaging of messagings) messaging.start();
  });
  afterEach(async () => {
    for (const messaging of messagings) await messaging.stop();
    for (const db of [tower, ear]) await db.close();
    await plug.close();
    for (const server of servers) await server.drop();
  });

  it('does not read all that waits to carry some of it', async () => {
    plug.pull();
    await tower.transaction(async (tx) => {
      for (let n = 0; n < rings; n++) send(tx, Rang({ bell: `bell ${n % 100}`, n }));
    });
    plug.putBack();
    await eventually(
      async () => heard.size,
      (size) => size === rings,
    );
    const { read } = await eventually(
      async () => {
        const [outbox] = await tower.read<{ gone: number; read: number }>(
          `select n_tup_del as gone, seq_tup_read + idx_tup_fetch as read from pg_stat_user_tables
           where schemaname = 'tower' and relname = 'outbox'`,
        );
        return outbox!;
      },
      ({ gone }) => gone === rings,
    );
    // Each is read to be carried, to be left out of the next batch, and to be deleted.
    expect(read / rings).toBeLessThan(4);
  });
});
