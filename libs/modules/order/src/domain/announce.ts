import {
  OrderCancelled,
  OrderCancelling,
  OrderConfirmed,
  OrderDelivered,
  OrderPickedUp,
  OrderPlaced,
  OrderPreparing,
  OrderReady,
  OrderRevised,
  OrderRevisionRefused,
  type OrderId,
  type OrderLine,
} from '@thali/contracts';
import type { Draft } from '@thali/kit/core';
import type { OrderEvent } from './order';

/** What the world is told of an order's event. */
export function announce(orderId: OrderId, event: OrderEvent): Draft {
  switch (event.type) {
    case 'Placed': {
      const { type: _, ...placed } = event;
      return OrderPlaced({ ...placed, lines: placed.lines as [OrderLine, ...OrderLine[]] });
    }
    case 'Revised':
      return OrderRevised({ orderId, lines: event.lines as [OrderLine, ...OrderLine[]], total: event.total });
    case 'RevisionRefused':
      return OrderRevisionRefused({ orderId, reason: event.reason });
    case 'Confirmed':
      return OrderConfirmed({ orderId });
    case 'PreparationBegun':
      return OrderPreparing({ orderId });
    case 'MadeReady':
      return OrderReady({ orderId });
    case 'PickedUp':
      return OrderPickedUp({ orderId });
    case 'Delivered':
      return OrderDelivered({ orderId });
    case 'CancellationBegun':
      return OrderCancelling({ orderId, reason: event.reason });
    case 'Cancelled':
      return OrderCancelled({ orderId, reason: event.reason, fee: event.fee });
  }
}
