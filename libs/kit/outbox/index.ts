export { CreateMessaging1700000000001 } from './create-messaging.migration';
export { deadLetters, replay, type DeadLetter } from './dead-letters';
export { historyOf, type LogEntry } from './history';
export { Loop } from './loop';
export { Messaging } from './messaging';
export { partitionCount, partitionOf } from './partition';
export { forget, remind, send } from './send';
