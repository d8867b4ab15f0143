import type { DatabaseOwner } from '@thali/contracts';

/** The modules whose databases are audited: all of them; and the bank, whose log is the witness of what was charged. */
export { databaseOwners as modules, type DatabaseOwner as Module } from '@thali/contracts';

/** The URL of a login that may read the module's schema, and the schema is called as the module. */
export type UrlOf = (module: DatabaseOwner) => string;
