import type { OrderId, TicketId, TicketRevised, TicketStatus, TicketView } from '@thali/contracts';
import type { DataOf } from '@thali/kit/core';
import { wrongTime } from './errors';
import { portionsOf, type Hold } from './portions';

export type TicketLine = TicketView['lines'][number];

/** What a kitchen was asked to cook for one order, and how far it has come. */
export interface Ticket {
  readonly ticketId: TicketId;
  readonly orderId: OrderId;
  readonly restaurantId: string;
  readonly status: TicketStatus;
  readonly lines: readonly TicketLine[];
  /** The last revision of the order that the kitchen agreed to; 0 is the order as it was placed. */
  readonly revision: number;
  /** Whether the kitchen cooks without being told to. */
  readonly autopilot: boolean;
  /** Why it was rejected or cancelled. */
  readonly reason: string | null;
  /** How much later than first promised the meal will be. */
  readonly delayedByMinutes: number;
  readonly version: number;
}

export type TicketEvent =
  | { readonly type: 'Accepted' }
  | { readonly type: 'Rejected'; readonly reason: string }
  | { readonly type: 'Confirmed' }
  | { readonly type: 'Delayed'; readonly byMinutes: number }
  | { readonly type: 'Preparing' }
  | { readonly type: 'Ready' }
  | { readonly type: 'Cancelled'; readonly reason: string }
  | {
      readonly type: 'Revised';
      readonly revision: number;
      readonly lines: readonly TicketLine[];
      /** The order, as the others know it. */
      readonly agreed: DataOf<typeof TicketRevised>['agreed'];
    };

/** From here on the order cannot be undone in the kitchen: the food exists. */
const cooking: readonly TicketStatus[] = ['preparing', 'ready'];
const accepted: readonly TicketStatus[] = ['accepted', 'confirmed', ...cooking];
const over: readonly TicketStatus[] = ['rejected', 'cancelled'];

export function newTicket(
  order: Pick<Ticket, 'ticketId' | 'orderId' | 'restaurantId' | 'lines' | 'autopilot'>,
): Ticket {
  return { ...order, status: 'open', revision: 0, reason: null, delayedByMinutes: 0, version: 1 };
}

/** A cook will make it, once it is confirmed. @throws {DomainError} `restaurant.cannot-accept` */
export function acceptTicket(ticket: Ticket): TicketEvent[] {
  if (accepted.includes(ticket.status)) return [];
  if (ticket.status !== 'open') throw wrongTime('accept', ticket);
  return [{ type: 'Accepted' }];
}

/** A cook will not make it; after accepting it is too late for that. @throws {DomainError} `restaurant.cannot-reject` */
export function rejectTicket(ticket: Ticket, reason: string): TicketEvent[] {
  if (ticket.status === 'rejected') return [];
  if (ticket.status !== 'open') throw wrongTime('reject', ticket);
  return [{ type: 'Rejected', reason }];
}

/** Money and courier are settled: the kitchen may begin. A ticket that is over by now stays so. */
export function confirmTicket(ticket: Ticket): TicketEvent[] {
  return ticket.status === 'accepted' ? [{ type: 'Confirmed' }] : [];
}

/**
 * The meal will be that much later than first promised: saying it twice does not add up.
 * @throws {DomainError} `restaurant.cannot-delay`
 */
export function delayTicket(ticket: Ticket, byMinutes: number): TicketEvent[] {
  if (ticket.status === 'ready' || over.includes(ticket.status)) throw wrongTime('delay', ticket);
  return ticket.delayedByMinutes === byMinutes ? [] : [{ type: 'Delayed', byMinutes }];
}

/** The kitchen begins. @throws {DomainError} `restaurant.cannot-prepare`, also before the order is confirmed. */
export function prepareTicket(ticket: Ticket): TicketEvent[] {
  if (cooking.includes(ticket.status)) return [];
  if (ticket.status !== 'confirmed') throw wrongTime('prepare', ticket);
  return [{ type: 'Preparing' }];
}

/** The meal waits for the courier. @throws {DomainError} `restaurant.cannot-finish` */
export function finishTicket(ticket: Ticket): TicketEvent[] {
  if (ticket.status === 'ready') return [];
  if (ticket.status !== 'preparing') throw wrongTime('finish', ticket);
  return [{ type: 'Ready' }];
}

/** Stop, wherever it is: an order that is called off is called off. */
export function cancelTicket(ticket: Ticket, reason: string): TicketEvent[] {
  return over.includes(ticket.status) ? [] : [{ type: 'Cancelled', reason }];
}

/** Why the order can no longer be revised, in a sentence for the customer; or null when it can. */
export function refuseRevision(ticket: Ticket | undefined): string | null {
  if (!ticket) return 'The kitchen has not seen the order yet.';
  if (over.includes(ticket.status)) return 'The kitchen does not cook this order any more.';
  return cooking.includes(ticket.status) ? 'The kitchen has already begun to cook.' : null;
}

export function evolve(ticket: Ticket, event: TicketEvent): Ticket {
  switch (event.type) {
    case 'Accepted':
      return { ...ticket, status: 'accepted' };
    case 'Rejected':
      return { ...ticket, status: 'rejected', reason: event.reason };
    case 'Confirmed':
      return { ...ticket, status: 'confirmed' };
    case 'Delayed':
      return { ...ticket, delayedByMinutes: event.byMinutes };
    case 'Preparing':
      return { ...ticket, status: 'preparing' };
    case 'Ready':
      return { ...ticket, status: 'ready' };
    case 'Cancelled':
      return { ...ticket, status: 'cancelled', reason: event.reason };
    case 'Revised':
      return { ...ticket, revision: event.revision, lines: event.lines };
  }
}

/** What the ticket holds of the stock while it waits to be cooked. */
export function holdOf({ orderId, restaurantId, revision, lines }: Ticket): Hold {
  return { orderId, restaurantId, revision, portions: portionsOf(lines) };
}

/** What becomes of the reserved portions: committed when cooking begins, released when it never will. */
export function fateOfHold(before: Ticket, after: Ticket): 'commit' | 'release' | undefined {
  if (!holdsPortions(before) || holdsPortions(after)) return undefined;
  return cooking.includes(after.status) ? 'commit' : 'release';
}

function holdsPortions({ status }: Ticket): boolean {
  return !cooking.includes(status) && !over.includes(status);
}

/** What a kitchen on autopilot does next by itself, if it is its turn. */
export function nextOnAutopilot({ autopilot, status }: Ticket): 'accept' | 'prepare' | 'finish' | undefined {
  if (!autopilot) return undefined;
  const turns: { readonly [S in TicketStatus]?: 'accept' | 'prepare' | 'finish' } = {
    open: 'accept',
    confirmed: 'prepare',
    preparing: 'finish',
  };
  return turns[status];
}
