export { createLog } from './log';
export { Readiness, healthOf, type Health, type PartHealth } from './readiness';
export { Vitals, type VitalSigns } from './vitals';
