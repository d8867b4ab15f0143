import { CreateMessaging1700000000001 } from './create-messaging.migration';
import { DatabaseTime1700000000016 } from './database-time.migration';
import { PartitionByWeek1700000000011 } from './partition-by-week.migration';
import { OrderInboxByKey1700000000013 } from './order-inbox-by-key.migration';
import { IndexInboxByKey1700000000015 } from './index-inbox-by-key.migration';
import { TimeInbox1700000000012 } from './time-inbox.migration';

/** What makes the tables that a module needs to say and to hear. */
export const messagingMigrations = [
  CreateMessaging1700000000001,
  PartitionByWeek1700000000011,
  TimeInbox1700000000012,
  OrderInboxByKey1700000000013,
  IndexInboxByKey1700000000015,
  DatabaseTime1700000000016,
];
export { deadLetters, replay, type DeadLetter } from './dead-letters';
export { historyOf, type LogEntry } from './history';
export { Loop } from './loop';
export { Messaging } from './messaging';
export { dedupeDays } from './retention';
export { sharesChanged } from './partitions';
export { partitionCount, partitionOf } from './partition';
export { forget, remind, send } from './send';
export { tableOf, weekAt, weekMs, weeklyTables } from './weeks';
