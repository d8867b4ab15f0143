export { InProcessTransport } from './in-process.transport';
export { Answers, InProcessQuestions, Questions, answeringsOf, type Answering } from './questions';
export {
  Handles,
  HandlesOutside,
  Subscriber,
  subscriptionsOf,
  type Handle,
  type HandleOutside,
  type Subscription,
  type SubscriptionOptions,
} from './subscription';
export { Transport, type Letterbox, type Receiver } from './transport';
