import { CreateEventStore1700000000003 } from '@thali/kit/event-store';
import { CreateIdempotency1700000000002 } from '@thali/kit/idempotency';
import { CreateMessaging1700000000001 } from '@thali/kit/outbox';
import { CreateSagas1700000000004 } from '@thali/kit/saga/runner';
import { CreateOrders1700000000100 } from './create-orders';

export const migrations = [
  CreateMessaging1700000000001,
  CreateIdempotency1700000000002,
  CreateEventStore1700000000003,
  CreateSagas1700000000004,
  CreateOrders1700000000100,
];
