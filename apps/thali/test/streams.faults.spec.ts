import { Agent, get } from 'node:http';
import { Api, until } from '../testing/api';
import { shortLimits } from '../testing/journeys';
import { startThali, type ThaliHere } from '../testing/start-thali';
import { Town } from '../testing/town';

jest.setTimeout(300_000);

const clients = 2_000;
const orders = 50;

/** A browser that follows an order. */
interface Follower {
  readonly orderId: string;
  latest: string;
  ended: boolean;
}

describe('2,000 clients that follow 50 orders', () => {
  const agent = new Agent({ keepAlive: false, maxSockets: Infinity });
  const followers: Follower[] = [];
  let thali: ThaliHere;
  let town: Town;
  let followed: string[];

  beforeAll(async () => {
    thali = await startThali({
      ...shortLimits,
      THALI_FIND_COURIER_WITHIN_MS: '60000',
      THALI_DELIVERY_SEARCH_WITHIN_MS: '45000',
    });
    town = await Town.open(thali.url);
    followed = [];
    for (let n = 0; n < orders; n++) followed.push(await town.place(town.automaticWithoutCouriers));
  });
  afterAll(async () => {
    agent.destroy();
    await thali.stop();
  });

  function follow(orderId: string): Promise<void> {
    const follower: Follower = { orderId, latest: '', ended: false };
    followers.push(follower);
    return new Promise((resolve, reject) => {
      get(`${thali.url}/orders/${orderId}/tracking/stream`, { agent }, (answer) => {
        if (answer.statusCode !== 200) return reject(new Error(`a stream was answered with ${answer.statusCode}`));
        answer.setEncoding('utf8').on('data', (text: string) => {
          follower.latest = /.*"status":"([^"]+)"/s.exec(text)?.[1] ?? follower.latest;
          resolve();
        });
        answer.on('close', () => (follower.ended = true)).on('error', () => {});
      }).on('error', reject);
    });
  }

  it('are all served', async () => {
    for (let begun = 0; begun < clients; begun += 100) {
      await Promise.all(Array.from({ length: 100 }, (_, n) => follow(followed[(begun + n) % orders] ?? '')));
    }
    expect(followers.filter(({ latest }) => latest === '')).toEqual([]);
  });

  it('let orders beside them go on, to their end', async () => {
    const api = new Api(thali.url);
    for (let n = 0; n < 20; n++) {
      const orderId = await town.place(town.automatic);
      const statusNow = async () => (await api.get<{ status: string }>(`/orders/${orderId}`)).body.status;
      expect(await until(statusNow, (status) => status === 'delivered')).toBe('delivered');
    }
  });

  it('all read how their order ends, and then their streams end', async () => {
    const reads = () => followers.filter(({ latest, ended }) => ended && /^(delivered|cancelled)$/.test(latest));
    expect(
      (
        await until(
          async () => reads(),
          ({ length }) => length === clients,
          120_000,
        )
      ).length,
    ).toBe(clients);
  });
});
