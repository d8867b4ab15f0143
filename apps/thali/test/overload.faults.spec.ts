import { Api, until, type Reply } from '../testing/api';
import { shortLimits } from '../testing/journeys';
import { startThali, type ThaliHere } from '../testing/start-thali';
import { Town } from '../testing/town';

jest.setTimeout(120_000);

interface Placed {
  orderId: string;
  code?: string;
}

describe('more orders than can be brought', () => {
  let thali: ThaliHere;
  let api: Api;
  let wish: object;
  /** By their keys. */
  const replies = new Map<string, Reply<Placed>>();

  beforeAll(async () => {
    thali = await startThali({ ...shortLimits, THALI_MAX_LAG_MS: '10' });
    const town = await Town.open(thali.url);
    api = town.api;
    const { restaurantId, location } = town.automatic;
    const [{ itemId }, deliverTo] = [await town.item(town.automatic), { address: 'MG Road 1', location }];
    wish = { restaurantId, lines: [{ itemId, quantity: 1 }], deliverTo, paymentToken: 'tok_visa' };
  });
  afterAll(() => thali.stop());

  const order = async (key: string) => {
    const reply = await api.post<Placed>('/orders', wish, { 'idempotency-key': key });
    replies.set(key, reply);
    return reply;
  };
  const keysOf = (status: number) => [...replies].filter(([, reply]) => reply.status === status).map(([key]) => key);

  it('are refused in part: with 503, a problem document, and the time to come again', async () => {
    while (keysOf(503).length === 0) {
      const some = replies.size;
      await Promise.all(Array.from({ length: 100 }, (_, n) => order(`order-${some + n}`)));
    }
    expect(keysOf(202).length).toBeGreaterThan(0);
    expect(keysOf(202).length + keysOf(503).length).toBe(replies.size);
    for (const key of keysOf(503)) {
      const { headers, body } = replies.get(key) as Reply<Placed>;
      expect([headers.get('content-type'), body.code]).toEqual([
        'application/problem+json; charset=utf-8',
        'service.overloaded',
      ]);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
  });

  it('are brought to their end, as far as they were accepted', async () => {
    for (const key of keysOf(202)) {
      const { orderId } = (replies.get(key) as Reply<Placed>).body;
      const statusNow = async () => (await api.get<{ status: string }>(`/orders/${orderId}`)).body.status;
      const ends = ['delivered', 'cancelled'];
      expect(ends).toContain(await until(statusNow, (status) => ends.includes(status)));
    }
  });

  it('are accepted later, with the same key, and once', async () => {
    const [key = ''] = keysOf(503);
    const { status, body } = await until(
      () => order(key),
      (reply) => reply.status !== 503,
    );
    expect([status, (await order(key)).body.orderId]).toEqual([202, body.orderId]);
  });
});
