import { defineCommand, type Draft } from '@thali/kit/core';
import { InProcessTransport, messagingMigrations, Messaging, deadLetters, send } from '@thali/kit/messaging';
import { eventually } from '@thali/kit/messaging/testing';
import { createLog } from '@thali/kit/telemetry';
import { Database, provisionModule, rows, type Tx } from '@thali/kit/postgres';
import { aServer, moveTime, type TestServer } from '@thali/kit/postgres/testing';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { z } from 'zod';
import type { SagaState } from '..';
import { SagaRunner, sagaMigrations } from '../runner';
import {
  BandBooked,
  BandBusy,
  FireworksLit,
  HallLeft,
  HallRented,
  HallTaken,
  PartyOver,
  celebrate,
  type Party,
} from './party';

class CreateDiary1700000000900 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query('create table diary (saga_id text, line text, position bigint generated always as identity)');
  }
  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table diary');
  }
}

const write = rows({ sagaId: 'text', line: 'text' }).change(
  (input) => `
  insert into diary (saga_id, line) select "sagaId", line from ${input} order by n`,
);

const TimeLimit = defineCommand('party.celebrate.time-limit', 1, z.object({ sagaId: z.string(), epoch: z.int() }), {
  key: ({ sagaId }) => sagaId,
});

const hourMs = 3_600_000;
/** Nobody is waited for in vain, unless a test moves time. */
const patient = {
  ...celebrate,
  steps: celebrate.steps.map((step) => ({ ...step, withinMs: hourMs })),
  undoWithinMs: 24 * hourMs,
};

interface Stored {
  status: string;
  step: string | null;
  alarm: string | null;
  version: number;
  state: SagaState<Party>;
}

describe('a running saga', () => {
  let server: TestServer;
  let db: Database;
  let messaging: Messaging;
  let party: SagaRunner<Party, string>;
  let id = '';
  let tellFails = false;

  beforeAll(async () => {
    server = await aServer();
    const migrations = [...messagingMigrations, ...sagaMigrations, CreateDiary1700000000900];
    db = await Database.open({ module: 'party', migrations, url: await provisionModule(server.url, 'party') });
    party = new SagaRunner(patient, (tx, sagaId) => async (lines) => {
      for (const line of lines) await tx.run(write, { sagaId, line });
      if (tellFails) throw new Error('the pen is broken');
    });
    const transport = new InProcessTransport();
    messaging = new Messaging({
      db,
      subscriptions: party.subscriptions,
      transport,
      log: createLog('test', 'silent'),
      leaseMs: hourMs,
    });
    await messaging.prepare();
    messaging.start();
  });
  afterAll(async () => {
    await messaging.stop();
    await db.close();
    await server.drop();
  });
  beforeEach(() => (id = db.ids.next('party')));

  const begin = (data: Party = { id }) => db.transaction((tx) => party.startAgain(tx, id, data));
  const say = (...drafts: Draft[]) => db.transaction(async (tx) => drafts.forEach((draft) => send(tx, draft)));
  const saga = async () =>
    (await db.read<Stored>('select status, step, alarm, version, state from sagas where saga_id = $1', [id]))[0];
  const sagaThat = async (is: (saga: Stored) => boolean): Promise<Stored> =>
    (await eventually(saga, (now) => now !== undefined && is(now))) as Stored;
  const sagaAt = (step: string | null) => sagaThat((now) => now.step === step);
  const sent = async () =>
    (
      await db.read<{ type: string }>(
        `select type from messages where key = $1 and type like '%.%' order by key_version`,
        [id],
      )
    ).map(({ type }) => type);
  const commands = async () =>
    (await sent()).filter((type) =>
      ['hall.rent', 'hall.leave', 'band.book', 'band.cancel', 'fireworks.light', 'party.throw'].includes(type),
    );
  const timers = () => db.read<{ data: { epoch: number } }>(`select data from timers where key = $1`, [id]);
  const diary = async () =>
    (await db.read<{ line: string }>('select line from diary where saga_id = $1 order by position', [id])).map(
      ({ line }) => line,
    );
  const handled = async (type: string) =>
    (
      await db.read(`select 1 from handled h join messages m using (message_id) where m.key = $1 and m.type = $2`, [
        id,
        type,
      ])
    ).length;

  it('begins with its state, its first command and its time limit, together', async () => {
    await begin();
    expect(await saga()).toMatchObject({ status: 'running', step: 'rent the hall', version: 1 });
    expect(await commands()).toEqual(['hall.rent']);
    expect(await timers()).toEqual([{ data: { sagaId: id, epoch: 1 } }]);
  });

  it('leaves nothing when the transaction fails that began it', async () => {
    const failing = db.transaction(async (tx: Tx) => {
      await party.start(tx, id, { id });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect([await saga(), await commands(), await timers()]).toEqual([undefined, [], []]);
  });

  it('takes each step with its command, a new time limit, and what its module is told', async () => {
    await begin();
    await say(HallRented({ id }), BandBooked({ id, band: 'the Beetles' }));
    await sagaAt('light the fireworks');
    expect(await commands()).toEqual(['hall.rent', 'band.book', 'fireworks.light']);
    expect(await timers()).toEqual([{ data: { sagaId: id, epoch: 3 } }]);
    expect(await diary()).toEqual(['band is coming']);
  });

  it('has no time limit left when it has ended', async () => {
    await begin();
    await say(HallRented({ id }), BandBooked({ id }), FireworksLit({ id }), PartyOver({ id }));
    expect(await sagaAt(null)).toMatchObject({ status: 'completed' });
    expect(await timers()).toEqual([]);
    expect(await diary()).toEqual(['band is coming', 'that was a band']);
  });

  it('takes no step when its module cannot be told, and takes it when that is mended', async () => {
    await begin();
    await say(HallRented({ id }));
    await sagaAt('book the band');
    tellFails = true;
    await say(BandBooked({ id }));
    await eventually(
      () => db.read('select 1 from inbox where key = $1 and attempts > 0', [id]),
      ({ length }) => length > 0,
    );
    expect(await saga()).toMatchObject({ step: 'book the band', version: 2 });
    expect([await commands(), await diary()]).toEqual([['hall.rent', 'band.book'], []]);
    tellFails = false;
    await sagaAt('light the fireworks');
    expect([await diary(), await deadLetters(db)]).toEqual([['band is coming'], []]);
  });

  it('does nothing about a time limit of an earlier step', async () => {
    await begin();
    await say(HallRented({ id }));
    const before = await sagaAt('book the band');
    await say(TimeLimit({ sagaId: id, epoch: 1 }));
    await eventually(
      () => handled(TimeLimit.type),
      (count) => count === 1,
    );
    expect(await saga()).toEqual(before);
  });

  it('undoes everything, and ends, when its time limit is over', async () => {
    await begin();
    await say(HallRented({ id }));
    await sagaAt('book the band');
    await say(TimeLimit({ sagaId: id, epoch: 2 }));
    expect(await sagaThat(({ status }) => status === 'undoing')).toMatchObject({ step: 'book the band' });
    expect(await commands()).toEqual(['hall.rent', 'band.book', 'band.cancel']);
  });

  it('keeps time by itself', async () => {
    await begin();
    await moveTime(db, hourMs);
    expect(await sagaThat(({ status }) => status === 'undoing')).toMatchObject({ step: 'rent the hall' });
    await say(HallLeft({ id }));
    expect(await sagaAt(null)).toMatchObject({ status: 'undone' });
  });

  it('calls for help where operators look, and clears the call when it is not needed any more', async () => {
    await begin();
    await say(HallRented({ id }), BandBooked({ id }));
    await sagaAt('light the fireworks');
    await say(TimeLimit({ sagaId: id, epoch: 3 }));
    await sagaThat(({ alarm }) => alarm !== null);
    expect(await timers()).toEqual([]);
    await db.transaction((tx) => party.retry(tx, id));
    expect(await saga()).toMatchObject({ alarm: null, step: 'light the fireworks' });
    expect((await commands()).filter((type) => type === 'fireworks.light')).toHaveLength(2);
  });

  describe('that somebody wants undone', () => {
    const abort = (remember?: (data: Party) => Party) => db.transaction((tx) => party.abort(tx, id, 'rain', remember));

    it('undoes the step that it waits for, and remembers what it is told', async () => {
      await begin();
      await abort((data) => ({ ...data, rain: true }));
      const { status, state } = await sagaThat(() => true);
      expect([status, state.reason, state.data]).toEqual(['undoing', 'rain', { id, rain: true }]);
      expect(await commands()).toEqual(['hall.rent', 'hall.leave']);
    });

    const heard = async (step: string | null, ...drafts: Draft[]) => {
      await begin();
      await say(...drafts);
      await sagaAt(step);
    };

    it.each([
      ['is unknown', async () => {}],
      ['has ended', () => heard(null, HallTaken({ id }))],
      ['is being undone', () => begin().then(() => abort())],
      ['has done what cannot be undone', () => heard('light the fireworks', HallRented({ id }), BandBooked({ id }))],
    ])('refuses when it %s', async (_, past) => {
      await past();
      await expect(abort()).rejects.toMatchObject({ code: 'saga.cannot-abort', kind: 'conflict' });
    });
  });

  describe('that is begun a second time under its id', () => {
    it('is refused as long as the first has not ended', async () => {
      await begin();
      await expect(begin()).rejects.toMatchObject({ code: 'saga.running', kind: 'conflict' });
      expect(await commands()).toEqual(['hall.rent']);
    });

    it('begins once, even in one breath', async () => {
      const beginnings = await Promise.allSettled([begin(), begin(), begin()]);
      expect(beginnings.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
      expect(await commands()).toEqual(['hall.rent']);
    });

    it('takes the place of the first, and does not mind what that has left behind', async () => {
      await begin();
      await say(HallRented({ id }), BandBusy({ id }), HallLeft({ id }));
      const { state } = await sagaAt(null);
      await begin();
      const second = await sagaAt('rent the hall');
      await say(...Array.from({ length: state.epoch }, (_, n) => TimeLimit({ sagaId: id, epoch: n + 1 })));
      await eventually(
        () => handled(TimeLimit.type),
        (count) => count === state.epoch,
      );
      expect(await saga()).toEqual(second);
    });
  });
});
