export * from './callers';
export * from './delivery';
export * from './history';
export * from './listeners';
export * from './money';
export * from './order';
export * from './payment';
export * from './restaurant';
