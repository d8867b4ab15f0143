export { Sheddable, refuseNewWorkWhileLate, refusedShareHeader, type Load } from './admission';
export { NeedsIfMatch, SeenVersion, etagOf, refuseStale, tag } from './etag';
export { HealthController } from './health.controller';
export { InBody, InPath, InQuery, InvalidInput, Parse, Returns, jsonSchema } from './input';
export { serveDocs, type Docs } from './openapi';
export { Semaphore } from './semaphore';
export { ProblemFilter, answerWithProblem } from './problem.filter';
export { Idempotent, InTransaction, UnitOfWork } from './unit-of-work.interceptor';
