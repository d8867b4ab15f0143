import type { Draft } from '@thali/kit/core';
import { CourierAssigned, DeliveryDelivered, DeliveryFailed, DeliveryPickedUp, NoCourierFound } from '@thali/contracts';
import type { Courier, Delivery, DeliveryEvent } from './delivery';

/** The message that announces an event to other modules, if any does; `delivery` is as the event left it. */
export function announce(event: DeliveryEvent, delivery: Delivery): Draft | undefined {
  const { orderId, deliveryId } = delivery;
  switch (event.type) {
    case 'Assigned': {
      const { courierId, name } = event.courier;
      return CourierAssigned({ orderId, deliveryId, courierId, courierName: name });
    }
    case 'PickedUp':
      return DeliveryPickedUp({ orderId, deliveryId, courierId: courierOf(delivery).courierId });
    case 'Delivered':
      return DeliveryDelivered({ orderId, deliveryId, courierId: courierOf(delivery).courierId });
    case 'Failed':
      return DeliveryFailed({ orderId, deliveryId, courierId: courierOf(delivery).courierId, reason: event.reason });
    case 'SearchEnded':
      return NoCourierFound({ orderId, reason: event.reason });
    default:
      return undefined;
  }
}

function courierOf({ deliveryId, courier }: Delivery): Courier {
  if (!courier) throw new Error(`${deliveryId} is in flight without a courier`);
  return courier;
}
