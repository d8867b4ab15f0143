/** The modules whose databases are audited. */
export const modules = ['order', 'payment', 'restaurant', 'delivery'] as const;
export type Module = (typeof modules)[number];

/** The URL of a login that may read the module's schema, and the schema is called as the module. */
export type UrlOf = (module: Module) => string;
