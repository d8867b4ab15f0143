import { CreateIdempotency1700000000002 } from './create-idempotency.migration';
import { IndexIdempotency1700000000012 } from './index-idempotency.migration';

/** What makes the table of given answers. */
export const idempotencyMigrations = [CreateIdempotency1700000000002, IndexIdempotency1700000000012];
export { forgetAnswers } from './forget-answers';
export { IdempotencyKeys, type StoredAnswer } from './idempotency.table';
export { fingerprintOf, keyReused, once, type RepeatableRequest } from './once';
