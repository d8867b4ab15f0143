import { PaymentInDoubt, PaymentRefunded, TicketDelayed } from '@thali/contracts';
import { historyOf } from '@thali/kit/messaging';
import { foldTracking } from '../src/order-tracking.view';
import { OrderDesk, aMenu, lifeOf } from '../testing/order-desk';
import { euros } from '../testing/orders';

let desk: OrderDesk;
beforeAll(async () => {
  desk = await OrderDesk.open();
  await desk.hear(aMenu());
});
afterAll(() => desk.close());

interface Tracked {
  timeline: { at: string; what: string }[];
  version: number;
}

describe('what a customer follows', () => {
  it('can be rebuilt from the message logs, word by word', async () => {
    const { orderId } = (await desk.place()).body;
    const [held, accepted, ...rest] = lifeOf(orderId);
    await desk.hear(PaymentInDoubt({ orderId }), held!, accepted!);
    await desk.hear(TicketDelayed({ orderId, ticketId: 'tkt_01h455vb4pex5vsknk084sn02q', byMinutes: 10 }), ...rest);
    await desk.hear(PaymentRefunded({ orderId, refundId: 'r1', amount: euros(100) }));

    const {
      timeline,
      version,
      orderId: _,
      updatedAt,
      ...parts
    } = (await desk.get(`/orders/${orderId}/tracking`)).body as unknown as Tracked & {
      orderId: string;
      updatedAt: string;
    };
    const rebuilt = foldTracking(await historyOf(desk.db, orderId));
    expect(rebuilt.parts).toEqual(parts);
    expect(rebuilt.version).toBe(version);
    expect(rebuilt.timeline.map(({ what }) => what).sort()).toEqual(timeline.map(({ what }) => what).sort());
    expect(timeline.length).toBe(13);
    expect(updatedAt).toMatch(/Z$/);
  });
});
