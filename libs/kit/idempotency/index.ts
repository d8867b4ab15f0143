export { CreateIdempotency1700000000002 } from './create-idempotency.migration';
export { fingerprintOf, once, type RepeatableRequest, type StoredAnswer } from './once';
