export { createLog } from './log';
export { Readiness } from './readiness';
export { Vitals, type VitalSigns } from './vitals';
