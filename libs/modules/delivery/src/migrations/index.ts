import { CreateIdempotency1700000000002 } from '@thali/kit/idempotency';
import { CreateMessaging1700000000001 } from '@thali/kit/outbox';
import { CreateDelivery1700000000100 } from './create-delivery.migration';

/** What makes the delivery schema, in order. */
export const migrations = [CreateMessaging1700000000001, CreateIdempotency1700000000002, CreateDelivery1700000000100];
