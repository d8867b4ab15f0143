import { idempotencyMigrations } from '@thali/kit/idempotency';
import { messagingMigrations } from '@thali/kit/messaging';
import { CreateRestaurant1700000000100 } from './create-restaurant.migration';
import { KeepCurrencyAsText1700000000102 } from './keep-currency-as-text.migration';
import { KeepTimetables1700000000101 } from './keep-timetables.migration';

export const migrations = [
  ...messagingMigrations,
  ...idempotencyMigrations,
  CreateRestaurant1700000000100,
  KeepTimetables1700000000101,
  KeepCurrencyAsText1700000000102,
];
