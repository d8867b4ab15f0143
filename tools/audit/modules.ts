import type { ModuleName } from '@thali/contracts';

/** The modules whose databases are audited: all of them. */
export { moduleNames as modules, type ModuleName as Module } from '@thali/contracts';

/** The URL of a login that may read the module's schema, and the schema is called as the module. */
export type UrlOf = (module: ModuleName) => string;
