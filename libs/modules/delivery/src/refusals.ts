import { DomainError } from '@thali/kit/core';
import { courierNotFound } from './courier.repository';
import { deliveryNotFound } from './delivery.repository';

// What the routes refuse, for the document of the API.

const conflict = (reason: string, message: string, facts: object = {}) =>
  new DomainError(`delivery.${reason}`, 'conflict', message, { ...facts });

export const noSuchCourier = courierNotFound('cou_01h455vb4pex5vsknk084sn02q');
export const noSuchDelivery = deliveryNotFound('dlv_01h455vb4pex5vsknk084sn02q');
export const noSuchOffer = new DomainError(
  'delivery.offer-not-found',
  'not-found',
  'There is no offer ofr_01h455vb4pex5vsknk084sn02q.',
);

export const offerIsOver = [
  conflict('offer-accepted', 'This offer was accepted already. To give the delivery back before the pick-up, fail it.'),
  conflict('offer-declined', 'This offer was declined; somebody else is being asked.'),
  conflict('offer-expired', 'This offer was not answered in time; somebody else is being asked.'),
  conflict('offer-withdrawn', 'This offer was withdrawn: the order needs no courier any more.'),
];

const reassigned = conflict('reassigned', 'This delivery was given to another courier meanwhile.', { fence: 2 });

export const notToBePickedUp = [
  reassigned,
  conflict('cannot-pick-up', 'This cannot be picked up: it was called off.', { status: 'cancelled' }),
  conflict('meal-not-ready', 'The kitchen does not have the meal ready yet.'),
];
export const notToBeDelivered = [
  reassigned,
  conflict('cannot-deliver', 'This cannot be delivered: it was not picked up yet.', { status: 'assigned' }),
];
export const notToFail = [
  reassigned,
  conflict('cannot-fail', 'This cannot fail: it was delivered.', { status: 'delivered' }),
];
