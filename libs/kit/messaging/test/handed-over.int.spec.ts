import { defineEvent, type Message } from '@thali/kit/core';
import { eventually } from '@thali/kit/messaging/testing';
import { aServer, type TestServer } from '@thali/kit/postgres/testing';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { send } from '../outbox/send';
import { Inbox } from '../inbox/inbox';
import { Instance } from './instance';

const Rumour = defineEvent('tower.rumour', 1, z.object({ bell: z.string(), what: z.any() }), {
  key: ({ bell }) => bell,
});

describe('a message that is handed over in memory', () => {
  let server: TestServer;
  let tower: Instance;
  let intake: Inbox;
  let heard: unknown[];

  beforeEach(async () => {
    server = await aServer();
    heard = [];
    const inside = async ({ what }: { what: unknown }) => void heard.push(what);
    const listener = { name: 'tower.listen', types: [Rumour], handle: { inside } };
    tower = await Instance.start(server.url, () => () => {}, listener);
    intake = new Inbox(tower.db, [listener]);
    await eventually(
      () => tower.shares(),
      ({ length }) => length === 1,
    );
  });
  afterEach(async () => {
    await tower.stop();
    await server.drop();
  });

  const aRumour = (what: unknown): Message => ({
    ...Rumour({ bell: 'Pummerin', what }),
    id: randomUUID(),
    producer: 'elsewhere',
    keyVersion: 1,
    causationId: null,
    correlationId: 'a story',
    recordedAt: new Date().toISOString(),
  });
  const untilHeard = (count: number) =>
    eventually(
      async () => heard.length,
      (now) => now >= count,
    );
  /** What reading the inbox takes, and claiming a message does not. */
  const forbidReading = () =>
    tower.db
      .read('revoke select on inbox from current_user')
      .then(() =>
        tower.db.read(
          'grant select (subscription, seq, message_id, producer, key, key_version) on inbox to current_user',
        ),
      );

  it('is what the database would have given: a copy, and nothing that JSON does not know', async () => {
    const what = { strokes: 13, why: undefined };
    await tower.db.transaction(async (tx) => send(tx, Rumour({ bell: 'Pummerin', what })));
    await untilHeard(1);
    expect(heard[0]).not.toBe(what);
    expect(heard).toStrictEqual([{ strokes: 13 }]);
  });

  it('is not read from the inbox, be it from this database or off the wire', async () => {
    await forbidReading();
    await tower.db.transaction(async (tx) => send(tx, Rumour({ bell: 'Pummerin', what: 'letter' })));
    await untilHeard(1);
    await intake.receive([aRumour('wire'), aRumour('and wire')]);
    await untilHeard(3);
    expect(heard).toEqual(['letter', 'wire', 'and wire']);
  });

  it('never overtakes one of its key that somebody else stores at the same moment', async () => {
    const [first, second] = [aRumour('first'), aRumour('second')];
    const other = await tower.db.connect();
    await other.query('begin');
    await other.query(
      `insert into inbox (subscription, part, message_id, producer, type, version, key, key_version, data, correlation_id, recorded_at)
       select 'tower.listen', part, $1, 'elsewhere', 'tower.rumour', 1, 'Pummerin', 1, $2, 'a story', now() from leases limit 1`,
      [first.id, JSON.stringify(first.data)],
    );
    const stored = intake.receive([first, second]);
    await eventually(
      () => tower.db.read(`select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%inbox%'`),
      ({ length }) => length > 0,
    );
    await other.query('commit');
    other.release();
    await stored;
    const handled = () => tower.db.read<{ id: string }>('select message_id as id from handled order by position');
    const order = await eventually(handled, ({ length }) => length === 2);
    expect(order).toEqual([{ id: first.id }, { id: second.id }]);
  });
});
