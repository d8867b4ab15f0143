import { CreateMessaging1700000000001 } from './migrations/create-messaging.migration';
import { PartitionByWeek1700000000011 } from './migrations/partition-by-week.migration';
import { OrderInboxByKey1700000000013 } from './migrations/order-inbox-by-key.migration';
import { IndexInboxByKey1700000000015 } from './migrations/index-inbox-by-key.migration';
import { DatabaseTime1700000000017 } from './migrations/database-time.migration';
import { NameDefaultPartitions1700000000016 } from './migrations/name-default-partitions.migration';
import { TimeInbox1700000000012 } from './migrations/time-inbox.migration';

/** The migrations of the tables that messaging needs. */
export const messagingMigrations = [
  CreateMessaging1700000000001,
  PartitionByWeek1700000000011,
  TimeInbox1700000000012,
  OrderInboxByKey1700000000013,
  IndexInboxByKey1700000000015,
  NameDefaultPartitions1700000000016,
  DatabaseTime1700000000017,
];
export { InProcessTransport } from './in-process/in-process.transport';
export { Answers, InProcessQuestions, Questions, questionsOf, type Answering } from './ports/questions';
export {
  Handles,
  HandlesOutside,
  Subscriber,
  handlersOf,
  type Handle,
  type HandleOutside,
  type HandlerMetadata,
  type Subscription,
  type SubscriptionOptions,
} from './ports/subscription';
export type { CoLocatedInbox, Receiver } from './ports/receiver';
export { Transport } from './ports/transport';
export { deadLetters, replay, type DeadLetter } from './inbox/dead-letters';
export { historyOf, type LogEntry } from './log/history';
export { Messaging } from './messaging';
export { messagingTables } from './tables/messaging.tables';
export { dedupeDays } from './log/retention';
export { send } from './outbox/send';
export { isUnsent } from './outbox/unsent.sql';
export { countRefused } from './outbox/refused-messages';
export { cancelScheduled, schedule } from './timers/schedule';
export { tableOf, weekAt, weekMs, weeklyTables } from './log/weeks';
