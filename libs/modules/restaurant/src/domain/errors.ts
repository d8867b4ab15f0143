import type { TicketId, TicketStatus } from '@thali/contracts';
import { DomainError } from '@thali/kit/core';
import type { MenuFault } from './menu';

/** There is no restaurant of this id. */
export function restaurantNotFound(restaurantId: string): DomainError {
  return new DomainError('restaurant.not-found', 'not-found', `There is no restaurant ${restaurantId}.`, {
    restaurantId,
  });
}

/** The menu in force has no such item. */
export function itemNotFound(restaurant: string, itemId: string): DomainError {
  return new DomainError('restaurant.item-not-found', 'not-found', `${restaurant} has no ${itemId} on its menu.`, {
    itemId,
  });
}

/** There is no ticket of this id, or its order was called off before it came. */
export function ticketNotFound(ticketId: TicketId): DomainError {
  return new DomainError('restaurant.ticket-not-found', 'not-found', `There is no ticket ${ticketId}.`, { ticketId });
}

/** These things are wrong with a menu. */
export function invalidMenu(problems: readonly MenuFault[]): DomainError {
  const message = problems.map(({ field, expected }) => `${field}: ${expected}`).join('; ');
  return new DomainError('restaurant.invalid-menu', 'invalid', `${message}.`, { problems });
}

/** A cook says something of a ticket too early, or too late: `restaurant.cannot-accept` and its like. */
export function wrongTime(
  verb: 'accept' | 'reject' | 'delay' | 'prepare' | 'finish',
  { ticketId, status }: { readonly ticketId: TicketId; readonly status: TicketStatus },
): DomainError {
  const why = verb === 'prepare' && status === 'accepted' ? 'still waiting for the order to be confirmed' : status;
  return new DomainError(`restaurant.cannot-${verb}`, 'conflict', `You cannot ${verb} a ticket that is ${why}.`, {
    ticketId,
    ticketStatus: status,
  });
}
