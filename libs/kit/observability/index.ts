export { Log, createLog } from './log';
