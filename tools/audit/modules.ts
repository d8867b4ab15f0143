/** The modules whose databases are audited; and the bank, whose log is the witness of what was charged. */
export const modules = ['order', 'payment', 'restaurant', 'delivery', 'bank'] as const;
export type Module = (typeof modules)[number];

/** The URL of a login that may read the module's schema, and the schema is called as the module. */
export type UrlOf = (module: Module) => string;
