import { idempotencyMigrations } from '@thali/kit/idempotency';
import { messagingMigrations } from '@thali/kit/messaging';
import { CreateDelivery1700000000100 } from './create-delivery.migration';

/** What makes the delivery schema, in order. */
export const migrations = [...messagingMigrations, ...idempotencyMigrations, CreateDelivery1700000000100];
