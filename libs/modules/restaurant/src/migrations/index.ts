import { idempotencyMigrations } from '@thali/kit/idempotency';
import { messagingMigrations } from '@thali/kit/messaging';
import { CreateRestaurant1700000000100 } from './create-restaurant';

export const migrations = [...messagingMigrations, ...idempotencyMigrations, CreateRestaurant1700000000100];
