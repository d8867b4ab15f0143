import { itemNotFound, restaurantNotFound, ticketNotFound } from './domain/errors';
import { checkMenu } from './domain/menu';
import { acceptTicket, delayTicket, finishTicket, newTicket, prepareTicket, rejectTicket } from './domain/ticket';

// What the routes refuse, for the document of the API: by the rules themselves, on a ticket for which it is too late.

const ticketId = 'tkt_01h455vb4pex5vsknk084sn02q';
const restaurantId = 'rst_01h455vb4pex5vsknk084sn02q';
const orderId = 'ord_01h455vb4pex5vsknk084sn02q';
const over = {
  ...newTicket({ ticketId, orderId, restaurantId, lines: [], autopilot: false }),
  status: 'cancelled' as const,
};

export const noSuchRestaurant = restaurantNotFound(restaurantId);
export const noSuchTicket = ticketNotFound(ticketId);
export const noSuchItem = itemNotFound('Thali House', 'sushi');
export const invalidMenu = () => checkMenu([], 'EUR');

export const tooLateTo = {
  accept: () => acceptTicket(over),
  reject: () => rejectTicket(over, 'We have run out of dosa batter.'),
  delay: () => delayTicket(over, 10),
  prepare: () => prepareTicket(over),
  finish: () => finishTicket(over),
};
