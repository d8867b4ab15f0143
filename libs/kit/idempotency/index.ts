import { CreateIdempotency1700000000002 } from './create-idempotency.migration';
import { IndexIdempotency1700000000012 } from './index-idempotency.migration';

/** What makes the table of given answers. */
export const idempotencyMigrations = [CreateIdempotency1700000000002, IndexIdempotency1700000000012];
export { forgetAnswers } from './forget-answers';
export { fingerprintOf, once, type RepeatableRequest, type StoredAnswer } from './once';
