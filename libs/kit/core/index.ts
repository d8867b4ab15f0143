export { Clock, SystemClock } from './clock';
export { DomainError, messageOf, overloaded, type ErrorKind } from './errors';
export { Ids, SystemIds, firstIdAt, firstTypeIdAt, idOf } from './ids';
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
export { defineQuestion, type Question } from './question';
export { storableText, toStorable } from './text';
export { UnderWay } from './under-way';
