export { abort, given, retry, timeIsUp, type Happening } from './given';
export { playOut, type Play, type Stage } from './play-out';
