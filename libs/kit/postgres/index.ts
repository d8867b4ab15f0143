export { Database, type DatabaseOptions } from './database';
export { ensureSchema, provisionModule } from './provision';
export { StaleVersion, connectionLost, refusedByLock, unstorable } from './sql-errors';
export { change, lock, named, none, query, save, type Statement, type SqlText } from './statement';
export { rows, type Rows } from './rows';
export { checks, table, Table, type ChangedRowOf, type NewRowOf, type RowOf } from './table';
export { typed, type RowOfSpec } from './typed-arrays';
export { Tx, type Raised, type Signals, type MessageContext } from './transaction';
