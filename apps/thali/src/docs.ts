import type { AppOptions } from '@thali/kit/nest/run';
import messages from '../../../docs/asyncapi.json';

const api = {
  title: 'Thali',
  version: '0.1.0',
  description: [
    'Food ordering: an order, its payment, the kitchen and the courier, kept consistent through duplicates, losses, delays and crashes.',
    'Place an order with **POST /orders**, then follow it at **GET /orders/{id}/tracking**. The examples work as they stand.',
    'Errors are `application/problem+json` with a stable `code`. Every POST honours an `Idempotency-Key`.',
  ].join('\n\n'),
  tags: [
    { name: 'Orders', description: 'Place, follow, change and cancel.' },
    { name: 'Restaurants', description: 'What can be ordered, and who keeps it up to date.' },
    { name: 'Tickets', description: 'The kitchen board.' },
    { name: 'Payments', description: 'The money of an order: holds, captures, refunds, and the ledger.' },
    { name: 'Couriers', description: 'On shift and off, where they are, what they are offered.' },
    { name: 'Deliveries', description: 'From the kitchen to the door.' },
  ],
};

/** What Thali tells developers: about its API in its own words, about its messages as they are described once for all processes. */
export const docs: NonNullable<AppOptions['docs']> = { api, messages };
