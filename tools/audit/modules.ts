/** The modules whose databases are audited. */
export const modules = ['order', 'payment', 'restaurant', 'delivery'] as const;
export type Module = (typeof modules)[number];
