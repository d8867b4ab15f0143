import { PaymentInDoubt, PaymentRefunded, TicketDelayed } from '@thali/contracts';
import { historyOf } from '@thali/kit/messaging';
import { foldTracking } from '../src/order-tracking.view';
import { OrderHarness, aMenu, lifeOf } from '../testing/order-harness';
import { euros } from '../testing/orders';

const orders = new OrderHarness();
beforeAll(async () => {
  await orders.start();
  await orders.hear(aMenu());
});
afterAll(() => orders.close());

interface Tracked {
  timeline: { at: string; what: string }[];
  version: number;
}

describe('what a customer follows', () => {
  it('can be rebuilt from the message logs, word by word', async () => {
    const { orderId } = (await orders.place()).body;
    const [held, accepted, ...rest] = lifeOf(orderId);
    const ticketId = 'tkt_01h455vb4pex5vsknk084sn02q';
    const heard = await orders.hear(
      PaymentInDoubt({ orderId }),
      held!,
      accepted!,
      TicketDelayed({ orderId, ticketId, byMinutes: 10 }),
      ...rest,
      PaymentRefunded({ orderId, refundId: 'r1', amount: euros(100) }),
    );

    const {
      timeline,
      version,
      orderId: _,
      updatedAt,
      ...parts
    } = (await orders.get(`/orders/${orderId}/tracking`)).body as unknown as Tracked & {
      orderId: string;
      updatedAt: string;
    };
    const rebuilt = foldTracking([...(await historyOf(orders.db, orderId)), ...heard]);
    expect(rebuilt.parts).toEqual(parts);
    expect(rebuilt.version).toBe(version);
    expect(rebuilt.timeline.map(({ what }) => what).sort()).toEqual(timeline.map(({ what }) => what).sort());
    expect(timeline.length).toBe(13);
    expect(updatedAt).toMatch(/Z$/);
  });
});
