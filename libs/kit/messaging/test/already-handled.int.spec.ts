import { eventually } from '@thali/kit/messaging/testing';
import { rows } from '@thali/kit/postgres';
import { aServer, type TestServer } from '@thali/kit/postgres/testing';
import { deadLetters, replay } from '../inbox/dead-letters';
import { send } from '../outbox/send';
import { Instance, Rang, type Ring } from './instance';

const note = rows({ ring: 'int' }).change((input) => `insert into notes select ring from ${input}`);

describe('a message that another instance was faster with', () => {
  let server: TestServer;
  let tower: Instance;
  let forgiven: boolean;

  beforeEach(async () => {
    server = await aServer();
    forgiven = false;
    tower = await Instance.start(server.url, () => () => {}, {
      attempts: 1,
      handle: {
        outside: async ({ n: ring }: Ring) => {
          if (ring === 0) await beFaster();
          if (ring === 2 && !forgiven) throw new Error('cracked');
          return async (tx) => void (await tx.run(note, { ring }));
        },
      },
    });
    await tower.db.read('create table notes (ring int)');
  });
  afterEach(async () => {
    await tower.stop();
    await server.drop();
  });

  const beFaster = () =>
    tower.db.read(
      `with gone as (delete from inbox returning *)
       insert into handled (subscription, message_id, producer, key, key_version)
       select subscription, message_id, producer, key, key_version from gone`,
    );
  const storeOnceMore = () =>
    tower.db.read(
      `insert into inbox (subscription, part, message_id, producer, type, version, key, key_version, data, correlation_id, recorded_at)
       select 'tower.listen', part, message_id, 'tower', type, version, key, key_version, data, correlation_id, recorded_at
       from messages, (select part from leases limit 1) l`,
    );
  const copies = async () => (await tower.db.read('select 1 from inbox')).length;
  const notes = async () => (await tower.db.read<{ ring: number }>('select ring from notes')).map(({ ring }) => ring);
  const handled = async () => (await tower.db.read('select 1 from handled')).length;

  it('has no second effect, and does not hold up the next of its key', async () => {
    await tower.ring('Pummerin');
    await eventually(handled, (count) => count === 1);
    await tower.db.transaction(async (tx) => send(tx, Rang({ bell: 'Pummerin', n: 1 })));
    await eventually(handled, (count) => count === 2);
    expect(await notes()).toEqual([1]);
    expect(await tower.db.read('select 1 from dead_letters union all select 1 from blocked_keys')).toEqual([]);
  });

  it('is cleared away where it was stored once more while it was claimed', async () => {
    await tower.db.transaction(async (tx) => send(tx, Rang({ bell: 'Pummerin', n: 1 })));
    await eventually(handled, (count) => count === 1);
    await storeOnceMore();
    expect(await eventually(copies, (count) => count === 0)).toBe(0);
    expect([await notes(), await handled()]).toEqual([[1], 1]);
  });

  it('is replayed in its old place where it was stored once more while it died', async () => {
    await tower.db.transaction(async (tx) => send(tx, Rang({ bell: 'Pummerin', n: 2 })));
    const [dead] = await eventually(
      () => deadLetters(tower.db),
      ({ length }) => length === 1,
    );
    await storeOnceMore();
    forgiven = true;
    await replay(tower.db, 'tower.listen', dead!.messageId);
    await eventually(handled, (count) => count === 1);
    expect([await notes(), await copies()]).toEqual([[2], 0]);
  });
});
