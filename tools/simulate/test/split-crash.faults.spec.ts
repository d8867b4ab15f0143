import path from 'node:path';
import { modules } from '../../audit/modules';
import { Deployment } from '../../dev/deployment';
import { logFolderOf } from '../../jest/log-folder';
import { describeWithOwnRabbitMq } from '../../jest/with-rabbitmq';
import { crashInTurn, type Victim } from '../crash';
import { haste } from '../haste';
import { Random } from '../random';
import { Simulation } from '../simulation';
import { judge } from '../verdict';

const root = path.resolve(__dirname, '../../..');
let deployment: Deployment | undefined;

afterAll(async () => {
  await deployment?.stop();
}, 60_000);

/** Every service, the broker, and every database server. */
function victimsIn({ services, broker, databases }: Deployment): Victim[] {
  const servers = modules.map((module) => ({
    kill: () => databases[module].kill('SIGKILL'),
    restart: () => databases[module].start(),
  }));
  return [...services.values(), { kill: () => broker.stop('SIGKILL'), restart: () => broker.start() }, ...servers];
}

// Only with a broker of our own, which nobody misses.
describeWithOwnRabbitMq('the separate services', () => {
  it('end every order and break no invariant when each service, the broker and each database server is killed in turn', async () => {
    const seed = Number(process.env.THALI_TEST_SEED);
    const logDirectory = logFolderOf(__filename);
    deployment = await Deployment.start({ root, env: { PATH: process.env.PATH, ...haste }, logDirectory });
    const simulation = new Simulation({ url: deployment.url, orders: 150, concurrency: 25, seed });
    const victims = new Random(seed).shuffle(victimsIn(deployment));

    const [outcome, crashes] = await Promise.all([
      simulation.run(),
      crashInTurn(victims, simulation, new Random(seed)),
    ]);
    const { outstanding, findings } = await judge(outcome, deployment.urlOf);

    expect(crashes.filter(({ inFlight }) => inFlight > 0)).toHaveLength(victims.length);
    expect(outcome.endings).toHaveLength(150);
    expect(outcome.endings.filter(({ outcome }) => outcome === 'unknown' || outcome === 'unfinished')).toEqual([]);
    expect(outcome.endings.filter(({ outcome }) => outcome === 'delivered')).not.toEqual([]);
    expect({ outstanding, findings: findings.filter(({ verdict }) => verdict !== 'valid') }).toEqual({
      outstanding: {},
      findings: [],
    });
  }, 900_000);
});
