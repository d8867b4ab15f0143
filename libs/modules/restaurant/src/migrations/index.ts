import { idempotencyMigrations } from '@thali/kit/idempotency';
import { messagingMigrations } from '@thali/kit/messaging';
import { CreateRestaurant1700000000100 } from './create-restaurant';
import { KeepTimetables1700000000101 } from './keep-timetables';

export const migrations = [
  ...messagingMigrations,
  ...idempotencyMigrations,
  CreateRestaurant1700000000100,
  KeepTimetables1700000000101,
];
