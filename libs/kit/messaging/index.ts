import { CreateMessaging1700000000001 } from './migrations/create-messaging.migration';
import { PartitionByWeek1700000000011 } from './migrations/partition-by-week.migration';
import { OrderInboxByKey1700000000013 } from './migrations/order-inbox-by-key.migration';
import { IndexInboxByKey1700000000015 } from './migrations/index-inbox-by-key.migration';
import { TimeInbox1700000000012 } from './migrations/time-inbox.migration';

/** What makes the tables that a module needs to say and to hear. */
export const messagingMigrations = [
  CreateMessaging1700000000001,
  PartitionByWeek1700000000011,
  TimeInbox1700000000012,
  OrderInboxByKey1700000000013,
  IndexInboxByKey1700000000015,
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
export { Transport, type CoLocatedInbox, type Receiver } from './ports/transport';
export { deadLetters, replay, type DeadLetter } from './inbox/dead-letters';
export { historyOf, type LogEntry } from './log/history';
export { Messaging } from './messaging';
export { dedupeDays } from './log/retention';
export { cancelScheduled, schedule, send } from './outbox/send';
export { tableOf, weekAt, weekMs, weeklyTables } from './log/weeks';
