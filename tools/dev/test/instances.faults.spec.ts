import { once } from 'node:events';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import { Client } from 'pg';
import { eventually } from '@thali/kit/messaging/testing';
import { Api } from '../../simulate/api';
import { reached } from '../../simulate/crash';
import { haste } from '../../simulate/haste';
import { Simulation } from '../../simulate/simulation';
import { prepareTown } from '../../simulate/town';
import { judge } from '../../simulate/verdict';
import { Deployment } from '../deployment';
import { logFolderOf } from '../../jest/log-folder';
import { describeWithOwnRabbitMq } from '../../jest/with-rabbitmq';

jest.setTimeout(400_000);

const root = path.resolve(__dirname, '../../..');
const leaseMs = Number(haste.THALI_LEASE_MS);
/** Nobody is in a hurry to call off an order, or to cut off a client: in the second test every order has to be brought. */
const patience = { THALI_HOLD_MONEY_WITHIN_MS: '120000', THALI_DRAIN_WITHIN_MS: '120000' };
const all = 32;

// Only with a broker of our own, which nobody misses.
describeWithOwnRabbitMq('two instances of a service', () => {
  let deployment: Deployment;
  let leases: Client;

  beforeAll(async () => {
    const env = { PATH: process.env.PATH, ...haste, ...patience };
    deployment = await Deployment.start({ root, env, logDirectory: logFolderOf(__filename) });
    leases = new Client({ connectionString: deployment.urlOf('order') });
    await leases.connect();
  });

  afterAll(async () => {
    await leases?.end();
    await deployment?.stop();
  });

  /** How many partitions of the order module each instance works on. */
  async function shares(): Promise<number[]> {
    const { rows } = await leases.query<{ parts: number }>(
      'select count(*)::int as parts from "order".leases where until > clock_timestamp() group by owner order by parts',
    );
    return rows.map(({ parts }) => parts);
  }

  /** @returns how long that took, in milliseconds. */
  async function sharesToBecome(...wanted: number[]): Promise<number> {
    const began = performance.now();
    await eventually(shares, (now) => JSON.stringify(now) === JSON.stringify(wanted), 60_000);
    return performance.now() - began;
  }

  /** Of two evenings, each has its own number. */
  const aSimulation = (evening: number, orders: number) =>
    new Simulation({
      url: deployment.url,
      orders,
      concurrency: 15,
      seed: Number(process.env.THALI_TEST_SEED) + evening,
    });

  it('share the work; when one is killed the other takes over once its lease is over, and nothing is lost or reordered', async () => {
    const second = await deployment.run('order', { as: 'second order' });
    await sharesToBecome(all / 2, all / 2);
    const simulation = aSimulation(1, 60);
    const evening = simulation.run();
    await reached(simulation, 0.3);
    await second.kill();
    const tookMs = await sharesToBecome(all);
    const { inFlight } = simulation.progress;
    await second.restart();
    await sharesToBecome(all / 2, all / 2);
    const outcome = await evening;
    const { outstanding, findings } = await judge(outcome, deployment.urlOf);
    await second.stop();

    expect(tookMs).toBeLessThan(4 * leaseMs);
    expect(inFlight).toBeGreaterThan(0);
    expect(outcome.endings).toHaveLength(60);
    expect(outcome.endings.filter(({ outcome }) => outcome === 'unknown' || outcome === 'unfinished')).toEqual([]);
    expect(outstanding).toEqual({});
    expect(findings.filter(({ verdict }) => verdict === 'invalid')).toEqual([]);
  });

  it('let one drain on SIGTERM: it answers what is under way, takes nothing in anew, and hands over at once', async () => {
    const longLeaseMs = 60_000;
    const leaving = await deployment.run('order', { as: 'leaving order', more: { THALI_LEASE_MS: `${longLeaseMs}` } });
    await sharesToBecome(all / 2, all / 2);
    const api = new Api(deployment.url);
    const order = await anOrder(api);
    const simulation = aSimulation(2, 30);
    const evening = simulation.run();
    await reached(simulation, 0.1);
    const inFlight = await Promise.all(Array.from({ length: 10 }, (_, n) => begin(leaving.url, `drain-${n}`, order)));

    const told = performance.now();
    const exit = leaving.stop();
    await eventually(
      () => takesConnections(leaving.url),
      (takes) => !takes,
    );
    const answers = await Promise.all(inFlight.map((call) => finish(call, order)));
    const exitCode = await exit;
    const drainedInMs = performance.now() - told;
    const handedOverInMs = await sharesToBecome(all);
    await evening;
    expect(answers.map(({ status, code }) => [status, code])).toEqual(answers.map(() => [202, undefined]));
    const ended = await Promise.all(answers.map(({ orderId }) => endOf(api, orderId)));
    api.close();

    expect(exitCode).toBe(0);
    expect(drainedInMs).toBeLessThan(longLeaseMs);
    expect(handedOverInMs).toBeLessThan(longLeaseMs / 2);
    expect(ended).toEqual(ended.map(() => 'delivered'));
  });
});

/** Something to eat where everything happens by itself. */
async function anOrder(api: Api): Promise<string> {
  const { restaurants } = await prepareTown(api, 100);
  const restaurant = restaurants.find(({ autopilot, items }) => autopilot && items.some(({ available }) => available));
  const item = restaurant?.items.find(({ available }) => available);
  return JSON.stringify({
    restaurantId: restaurant?.restaurantId,
    lines: [{ itemId: item?.itemId, quantity: 1 }],
    deliverTo: { address: 'somewhere', location: restaurant?.location },
    paymentToken: 'tok_visa',
  });
}

interface Call {
  readonly sent: ClientRequest;
  readonly answered: Promise<IncomingMessage>;
}

/** A request that the server has begun to work on, and whose body it does not have yet. */
async function begin(url: string, key: string, body: string): Promise<Call> {
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'idempotency-key': key,
    expect: '100-continue',
  };
  const sent = request(`${url}/orders`, { method: 'POST', headers, agent: false });
  const answered = new Promise<IncomingMessage>((resolve, reject) => sent.on('response', resolve).on('error', reject));
  // It may be cut off before anybody waits for it.
  answered.catch(() => {});
  sent.flushHeaders();
  await once(sent, 'continue');
  return { sent, answered };
}

async function finish(
  { sent, answered }: Call,
  body: string,
): Promise<{ status?: number; orderId: string; code?: string }> {
  sent.end(body);
  const answer = await answered;
  const { orderId, code } = (await json(answer)) as { orderId: string; code?: string };
  return { status: answer.statusCode, orderId, code };
}

async function takesConnections(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  return once(socket, 'connect')
    .then(
      () => true,
      () => false,
    )
    .finally(() => socket.destroy());
}

/** The order's last status. */
async function endOf(api: Api, orderId: string): Promise<string> {
  const status = async () => (await api.ask<{ status: string }>({ method: 'GET', path: `/orders/${orderId}` })).status;
  return eventually(status, (now) => now === 'delivered' || now === 'cancelled', 60_000);
}
