export { Database, type DatabaseOptions } from './database';
export { ensureSchema, provisionModule } from './provision';
export { StaleVersion, connectionLost, refusedByLock, unstorable } from './sql-errors';
export { change, lock, named, none, query, save, type Statement, type SqlText } from './statement';
export { Tx, type Raised, type Signals, type MessageContext } from './transaction';
