import { idempotencyMigrations } from '@thali/kit/idempotency';
import { messagingMigrations } from '@thali/kit/messaging';
import { CreateLog1700000000400 } from './create-log.migration';

export const migrations = [...messagingMigrations, ...idempotencyMigrations, CreateLog1700000000400];
