import type { Ticket } from '../src/domain/ticket';

/** Two masala dosas, just in. */
export function aTicket(differences: Partial<Ticket> = {}): Ticket {
  return {
    ticketId: 'tkt_01h455vb4pex5vsknk084sn02q',
    orderId: 'ord_01h455vb4pex5vsknk084sn02q',
    restaurantId: 'rst_01h455vb4pex5vsknk084sn02q',
    status: 'open',
    lines: [{ itemId: 'masala-dosa', name: 'Masala Dosa', quantity: 2, modifierIds: [] }],
    revision: 0,
    autopilot: false,
    reason: null,
    delayedByMinutes: 0,
    version: 1,
    ...differences,
  };
}
