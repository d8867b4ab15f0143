import { eventually } from '@thali/kit/event-bus/testing';
import { Log } from '@thali/kit/observability';
import { Database, provisionModule } from '@thali/kit/postgres';
import { aPlug, aServer } from '@thali/kit/postgres/testing';
import { messagingMigrations } from '..';
import { Partitions } from '../partitions';
import { WakeUp } from '../wake-up';

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
