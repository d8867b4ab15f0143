export { createLog } from './log';
export { Vitals, type VitalSigns } from './vitals';
