import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { modules } from '../../audit/modules';
import { Deployment } from '../../dev/deployment';
import { canLaunchRabbitMq } from '../../dev/rabbitmq';
import { crashInTurn, type Victim } from '../crash';
import { haste } from '../haste';
import { Random } from '../random';
import { Simulation } from '../simulation';
import { judge } from '../verdict';

const root = path.resolve(__dirname, '../../..');
const logDirectory = mkdtempSync(path.join(tmpdir(), 'thali-split-crash-'));

let deployment: Deployment | undefined;

afterAll(async () => {
  await deployment?.stop();
  rmSync(logDirectory, { recursive: true, force: true });
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
(canLaunchRabbitMq() ? it : it.skip)(
  'ends every order and breaks no invariant when each service, the broker and each database server is killed in turn',
  async () => {
    const seed = Number(process.env.THALI_CRASH_SEED ?? 1 + Math.floor(Math.random() * 1_000_000));
    process.stderr.write(`the crashes are those of THALI_CRASH_SEED=${seed}\n`);
    deployment = await Deployment.start({ root, env: { PATH: process.env.PATH, ...haste }, logDirectory });
    const simulation = new Simulation({ url: deployment.url, orders: 150, concurrency: 25, seed });
    const victims = new Random(seed).shuffle(victimsIn(deployment));

    const [outcome, crashes] = await Promise.all([
      simulation.run(),
      crashInTurn(victims, simulation, new Random(seed)),
    ]);
    const { outstanding, findings } = await judge(outcome, deployment.urlOf);

    expect(crashes.filter(({ inFlight }) => inFlight > 0)).toHaveLength(10);
    expect(outcome.endings).toHaveLength(150);
    expect(outcome.endings.filter(({ outcome }) => outcome === 'unknown' || outcome === 'unfinished')).toEqual([]);
    expect(outcome.endings.filter(({ outcome }) => outcome === 'delivered')).not.toEqual([]);
    expect({ outstanding, findings: findings.filter(({ verdict }) => verdict !== 'valid') }).toEqual({
      outstanding: {},
      findings: [],
    });
  },
  300_000,
);
