import { createLog } from '@thali/kit/telemetry';
import type { Database } from '@thali/kit/postgres';
import { aDatabase, moveTime } from '@thali/kit/postgres/testing';
import { messagingMigrations } from '..';
import { fetchWaiting } from '../inbox/inbox-rows.sql';
import { Partitions } from '../leases/partitions';
import { fetchTimers } from '../timers/timers.sql';

const hourMs = 3_600_000;

describe("the database's time", () => {
  let db: Database;
  let close: () => Promise<void>;

  beforeEach(async () => ({ db, close } = await aDatabase('tower', messagingMigrations)));
  afterEach(() => close());

  const hoursAhead = async () => {
    const sql = 'select round(extract(epoch from database_time() - clock_timestamp()) / 3600)::int as hours';
    return (await db.read<{ hours: number }>(sql))[0]!.hours;
  };

  /** How PostgreSQL does each statement of some work, as it is planned for any values. */
  async function plansOf(work: () => Promise<unknown>): Promise<string[]> {
    const read = db.read.bind(db);
    const asked: string[] = [];
    const spy = jest.spyOn(db, 'read').mockImplementation((sql, values) => (asked.push(sql), read(sql, values)));
    await work();
    spy.mockRestore();
    const client = await db.connect();
    const plans: string[] = [];
    for (const sql of asked) {
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(
        `explain (verbose, generic_plan, costs off) ${sql}`,
      );
      plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
    }
    client.release();
    return plans;
  }

  it('is that of the server, until it is moved; then it is so much later, also for what was planned before', async () => {
    expect(await hoursAhead()).toBe(0);
    await moveTime(db, hourMs);
    expect(await hoursAhead()).toBe(1);
    await moveTime(db, 2 * hourMs);
    expect(await hoursAhead()).toBe(3);
  });

  it('goes on within a statement', async () => {
    const [times] = await db.read<{ many: boolean }>(
      'select count(distinct database_time()) > 1 as many from generate_series(1, 10000)',
    );
    expect(times).toEqual({ many: true });
  });

  it('costs no call of a function', async () => {
    const partitions = new Partitions(db, createLog('test', 'silent'));
    const plans = await plansOf(async () => {
      await fetchWaiting(db, 'tower.listen', [1], [], 1);
      await fetchTimers(db, [1], 1);
      partitions.start();
      await partitions.stop();
    });
    const telling = plans.filter((plan) => plan.includes('clock_timestamp()'));
    expect(telling.length).toBeGreaterThanOrEqual(4);
    expect(plans.filter((plan) => plan.includes('database_time'))).toEqual([]);
  });

  it('is one moment for a whole look at what waits, which asks for blocks by their key', async () => {
    const [plan] = await plansOf(() => fetchWaiting(db, 'tower.listen', [1], [], 1));
    expect(plan).toMatch(/Nested Loop Anti Join[^]*Index Cond: \(\(b.subscription = \$1\) AND \(b.key = i.key\)\)/);
    expect(plan?.match(/clock_timestamp\(\)(?! - )/g)).toHaveLength(1);
  });

  it('is one moment for a whole look at the timers, which reads those that are due, and the next', async () => {
    const [plan] = await plansOf(() => fetchTimers(db, [1], 1));
    expect(plan).toMatch(/Index Cond: \(timers\.due_at <= [^]*Index Cond: \(timers_1\.due_at > /);
    expect(plan?.match(/clock_timestamp\(\)/g)).toHaveLength(1);
  });
});
