import {
  TicketAccepted,
  TicketDelayed,
  TicketPreparing,
  TicketReady,
  TicketRejected,
  TicketRevised,
} from '@thali/contracts';
import type { Draft } from '@thali/kit/core';
import type { Ticket, TicketEvent } from './ticket';

/** What the other modules hear of it, if anything. */
export function announce({ ticketId, orderId }: Ticket, event: TicketEvent): Draft | undefined {
  switch (event.type) {
    case 'Accepted':
      return TicketAccepted({ orderId, ticketId });
    case 'Rejected':
      return TicketRejected({ orderId, reason: event.reason });
    case 'Confirmed':
    case 'Cancelled':
      return undefined; // Who cancels is answered by the handler, whether or not there was something to cancel.
    case 'Delayed':
      return TicketDelayed({ orderId, ticketId, byMinutes: event.byMinutes });
    case 'Preparing':
      return TicketPreparing({ orderId, ticketId });
    case 'Ready':
      return TicketReady({ orderId, ticketId });
    case 'Revised':
      return TicketRevised({ orderId, revision: event.revision, agreed: event.agreed });
  }
}
