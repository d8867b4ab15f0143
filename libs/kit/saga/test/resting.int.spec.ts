import { InProcessTransport, Messaging, messagingMigrations } from '@thali/kit/messaging';
import { eventually } from '@thali/kit/messaging/testing';
import { Database, provisionModule } from '@thali/kit/postgres';
import { aServer, moveTime, type TestServer } from '@thali/kit/postgres/testing';
import { createLog } from '@thali/kit/telemetry';
import { SagaRunner, sagaMigrations } from '../runner';
import { celebrate, type Party } from './party';

const hourMs = 3_600_000;
const minuteMs = 60_000;
const patient = {
  ...celebrate,
  steps: celebrate.steps.map((step) => ({ ...step, withinMs: hourMs })),
  undoWithinMs: hourMs,
};

/** In one process, and yet as far from the others as a test wants. */
class DistantTransport extends InProcessTransport {
  distanceMs = Infinity;

  override get connectedMs(): number {
    return this.distanceMs;
  }
}

describe('the time limit of a saga', () => {
  let server: TestServer;
  let db: Database;
  let messaging: Messaging;
  let party: SagaRunner<Party, string>;
  let transport: DistantTransport;
  let rests: string[] = [];
  let id = '';

  beforeAll(async () => {
    server = await aServer();
    const migrations = [...messagingMigrations, ...sagaMigrations];
    db = await Database.open({ module: 'party', migrations, url: await provisionModule(server.url, 'party') });
    transport = new DistantTransport();
    party = new SagaRunner(
      patient,
      () => async () => {},
      () => {},
      (_, sagaId) => void rests.push(sagaId),
    );
    const { subscriptions } = party;
    const log = createLog('test', 'silent');
    messaging = new Messaging({ db, subscriptions, transport, log, leaseMs: 1_000 * hourMs });
    await messaging.prepare();
    messaging.start();
  });
  afterAll(async () => {
    await messaging.stop();
    await db.close();
    await server.drop();
  });
  beforeEach(async () => {
    rests = [];
    transport.distanceMs = Infinity;
    id = db.ids.next('party');
    await db.transaction((tx) => party.start(tx, id, { id }));
  });

  const status = async () =>
    (await db.read<{ status: string }>('select status from sagas where saga_id = $1', [id]))[0]?.status;
  const statusToBe = (wanted: string) => eventually(status, (now) => now === wanted);
  /** How long the saga still waits, in minutes, once its time limit has been set anew for that long. */
  const minutesLeft = (wanted: number) =>
    eventually(
      async () => {
        const sql = `select extract(epoch from due_at - database_time())::float8 / 60 as minutes from timers where key = $1`;
        return (await db.read<{ minutes: number }>(sql, [id]))[0]?.minutes ?? 0;
      },
      (minutes) => Math.abs(minutes - wanted) < 1,
    );
  /** As if the command of the first step had not left. */
  const holdBack = () =>
    db.read(
      `insert into outbox (destination, part, message_id) select 'hall', 0, message_id from messages where key = $1`,
      [id],
    );

  it('rests while the other processes are out of reach, and its owner is told once', async () => {
    transport.distanceMs = 0;
    await moveTime(db, hourMs);
    await minutesLeft(60);
    await moveTime(db, 59 * minuteMs);
    await minutesLeft(1);
    await moveTime(db, minuteMs);
    await minutesLeft(60);
    expect([await status(), rests]).toEqual(['running', [id]]);
  });

  it('counts from when they are in reach again', async () => {
    transport.distanceMs = 20 * minuteMs;
    await moveTime(db, hourMs);
    await minutesLeft(40);
    expect([await status(), rests]).toEqual(['running', []]);
    transport.distanceMs = hourMs;
    await moveTime(db, 40 * minuteMs);
    await statusToBe('undoing');
  });

  it('rests while the command waits in the outbox, and no longer', async () => {
    await holdBack();
    await moveTime(db, hourMs);
    await minutesLeft(60);
    expect([await status(), rests]).toEqual(['running', [id]]);
    await db.read('delete from outbox');
    await moveTime(db, hourMs);
    await statusToBe('undoing');
  });

  it('calls no operator about an undo whose command waits', async () => {
    await moveTime(db, hourMs);
    await statusToBe('undoing');
    await holdBack();
    await moveTime(db, hourMs);
    await minutesLeft(60);
    const [saga] = await db.read<{ alarm: string | null }>('select alarm from sagas where saga_id = $1', [id]);
    expect(saga).toEqual({ alarm: null });
  });
});
