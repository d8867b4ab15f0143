export { Clock, SystemClock } from './clock';
export { editDistance } from './edit-distance';
export { DomainError, messageOf, overloaded, type ErrorKind } from './errors';
export { Ids, SystemIds, firstIdAt, firstTypeIdAt, idOf } from './ids';
export { Log } from './log';
export { Loop } from './loop';
export {
  UnreadableMessage,
  defineCommand,
  defineEvent,
  isA,
  type AnyMessageType,
  type DataOf,
  type Draft,
  type Message,
  type MessageType,
} from './message';
export { partitionCount, partitionOf } from './partition';
export { defineQuestion, type Question } from './question';
export { storableText, toStorable } from './text';
export { InFlight } from './in-flight';
