import {
  CourierAssigned,
  DeliveryDelivered,
  DeliveryPickedUp,
  MenuPublished,
  PaymentAuthorized,
  PaymentCaptured,
  TicketAccepted,
  TicketPreparing,
  TicketReady,
  groupOfExtras,
  type Timetable,
} from '@thali/contracts';
import type { Draft } from '@thali/kit/core';
import { ModuleHarness, type Response } from '@thali/kit/nest/testing';
import { OrderModule } from '../src';
import { euros, restaurantId } from './orders';

const courier = { deliveryId: 'dlv_01h455vb4pex5vsknk084sn02q', courierId: 'cou_01h455vb4pex5vsknk084sn02q' };
const ticketId = 'tkt_01h455vb4pex5vsknk084sn02q';

/** A menu with dosas, 8.50 each, and with idlis, which may be off. */
export function aMenu({
  version = 1,
  price = 850,
  idliAvailable = true,
  currency = 'EUR',
  timetable = null as Timetable | null,
} = {}) {
  const money = (amount: number) => ({ amount, currency });
  const item = (itemId: string, name: string, amount: number) => ({
    itemId,
    name,
    price: money(amount),
    portions: 10,
    available: true,
    modifierGroups: groupOfExtras([]),
  });
  const ghee = { modifierId: 'ghee', name: 'With ghee', price: money(100) };
  const items = [
    { ...item('masala-dosa', 'Masala Dosa', price), modifierGroups: groupOfExtras([ghee]) },
    { ...item('idli', 'Idli', 450), available: idliAvailable },
  ];
  return MenuPublished({
    restaurantId,
    name: 'Thali House',
    currency,
    location: { lat: 52.52, lon: 13.4 },
    version,
    timetable,
    prepMinutes: null,
    sections: [{ name: 'All day', items }],
  });
}

/** What the other modules say, in order, of an order that goes well. */
export function lifeOf(orderId: string): Draft[] {
  return [
    PaymentAuthorized({ orderId, paymentId: 'pay_1', amount: euros(1_700) }),
    TicketAccepted({ orderId, ticketId }),
    CourierAssigned({ orderId, ...courier, courierName: 'Asha' }),
    TicketPreparing({ orderId, ticketId }),
    TicketReady({ orderId, ticketId }),
    DeliveryPickedUp({ orderId, ...courier }),
    PaymentCaptured({ orderId, amount: euros(1_700) }),
    DeliveryDelivered({ orderId, ...courier }),
  ];
}

/** The order module alone; its tests say what all the others say. */
export class OrderHarness extends ModuleHarness {
  constructor() {
    const env = { THALI_SECRET: 'the secret of a test' };
    super({ product: 'thali', name: 'order', module: OrderModule, env });
  }

  /** Two masala dosas, unless it is said otherwise. */
  place(
    order: object = {},
    headers: Record<string, string> = {},
  ): Promise<Response<Record<string, unknown> & { orderId: string }>> {
    const lines = [{ itemId: 'masala-dosa', quantity: 2 }];
    const deliverTo = { address: 'Chausseestr. 1, Berlin', location: { lat: 52.53, lon: 13.38 } };
    return this.post('/orders', { restaurantId, lines, deliverTo, paymentToken: 'tok_visa', ...order }, headers);
  }

  /** Server-sent events, until the server ends them. */
  async stream(orderId: string): Promise<{ status: number; events: { status: string }[] }> {
    const answer = await fetch(`${await this.url}/orders/${orderId}/tracking/stream`);
    const lines = (await answer.text()).split('\n').filter((line) => line.startsWith('data: '));
    const events = lines.map((line) => JSON.parse(line.slice('data: '.length)) as { status: string });
    return { status: answer.status, events };
  }
}
