import {
  courierNotFound,
  deliveryNotFound,
  mealNotReady,
  offerClosed,
  offerNotFound,
  reassigned,
  wrongTime,
} from './domain/errors';

// What the routes refuse, for the document of the API.

export const noSuchCourier = courierNotFound('cou_01h455vb4pex5vsknk084sn02q');
export const noSuchDelivery = deliveryNotFound('dlv_01h455vb4pex5vsknk084sn02q');
export const noSuchOffer = offerNotFound('ofr_01h455vb4pex5vsknk084sn02q');

export const offerIsOver = (['accepted', 'declined', 'expired', 'withdrawn'] as const).map(offerClosed);

export const notToBePickedUp = [reassigned(2), wrongTime('pick-up', 'cancelled'), mealNotReady()];
export const notToBeDelivered = [reassigned(2), wrongTime('deliver', 'assigned')];
export const notToFail = [reassigned(2), wrongTime('fail', 'delivered')];
