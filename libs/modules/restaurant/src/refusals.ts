import { checkMenu } from './domain/menu';
import { itemNotFound, restaurantNotFound, ticketNotFound, wrongTime } from './domain/errors';

// What the routes refuse, for the document of the API: by the rules themselves, on a ticket for which it is too late.

const ticketId = 'tkt_01h455vb4pex5vsknk084sn02q';
const over = { ticketId, status: 'cancelled' as const };

export const noSuchRestaurant = restaurantNotFound('rst_01h455vb4pex5vsknk084sn02q');
export const noSuchTicket = ticketNotFound(ticketId);
export const noSuchItem = itemNotFound('Thali House', 'sushi');
export const anInvalidMenu = () => checkMenu([], 'EUR');

export const tooLateTo = {
  accept: wrongTime('accept', over),
  reject: wrongTime('reject', over),
  delay: wrongTime('delay', over),
  prepare: wrongTime('prepare', over),
  finish: wrongTime('finish', over),
};
