import { eventually } from '@thali/kit/messaging/testing';
import { Log } from '@thali/kit/core';
import { Database, provisionModule } from '@thali/kit/postgres';
import { aPlug, aServer } from '@thali/kit/postgres/testing';
import { messagingMigrations } from '..';
import { Partitions } from '../leases/partitions';
import { WakeUp } from '../leases/wake-up';
import { Instance } from './instance';

class CountingLog extends Log {
  warnings = 0;
  debug(): void {}
  info(): void {}
  error(): void {}
  warn(): void {
    this.warnings++;
  }
}

it('whoever listens for signals tries ever more rarely while nobody answers where the database was', async () => {
  const server = await aServer();
  const plug = await aPlug(await provisionModule(server.url, 'tower'));
  const db = await Database.open({ module: 'tower', url: plug.url, migrations: messagingMigrations });
  const log = new CountingLog();
  const wakeUp = new WakeUp(db, new Partitions(db, log), log);
  try {
    await plug.close();
    const closedAt = performance.now();
    wakeUp.start();
    await eventually(
      async () => log.warnings,
      (failures) => failures >= 8,
      60_000,
    );
    // At random up to 0.1 s, 0.2 s, 0.4 s, …: eight in a row within this time are as good as impossible.
    expect(performance.now() - closedAt).toBeGreaterThan(300);
  } finally {
    await wakeUp.stop();
    await db.close();
    await server.drop();
  }
}, 90_000);

it('tells the other instances of however much was committed at once', async () => {
  const server = await aServer();
  const [one, other] = [
    await Instance.start(server.url, () => () => {}),
    await Instance.start(server.url, () => () => {}),
  ];
  try {
    await eventually(
      () => one.shares(),
      ({ length }) => length === 2,
    );
    const signals = Array.from({ length: 300 }, (_, n) => `signal ${n} of more than fit into one notification`);
    const heard = new Set<string>();
    for (const signal of signals) other.db.on(signal, () => heard.add(signal));
    // Nobody is told who is not listening yet: again until all are.
    const commit = async () => {
      await one.db.transaction(async (tx) => signals.forEach((signal) => tx.signal(signal)));
      return heard.size;
    };
    expect(await eventually(commit, (count) => count === signals.length)).toBe(signals.length);
  } finally {
    await Promise.all([one.stop(), other.stop()]);
    await server.drop();
  }
});
