import { CreateEventStore1700000000003 } from '@thali/kit/event-store';
import { idempotencyMigrations } from '@thali/kit/idempotency';
import { messagingMigrations } from '@thali/kit/messaging';
import { sagaMigrations } from '@thali/kit/saga/runner';
import { CreateMerged1700000000101 } from './create-merged.migration';
import { CreateOrders1700000000100 } from './create-orders.migration';
import { KeepTimetables1700000000104 } from './keep-timetables.migration';
import { RenameDeliveryOutcome1700000000103 } from './rename-delivery-outcome.migration';
import { RenameSummary1700000000105 } from './rename-summary.migration';
import { TrackWithFulfilment1700000000102 } from './track-with-fulfilment.migration';

export const migrations = [
  ...messagingMigrations,
  ...idempotencyMigrations,
  CreateEventStore1700000000003,
  ...sagaMigrations,
  CreateOrders1700000000100,
  CreateMerged1700000000101,
  TrackWithFulfilment1700000000102,
  RenameDeliveryOutcome1700000000103,
  KeepTimetables1700000000104,
  RenameSummary1700000000105,
];
