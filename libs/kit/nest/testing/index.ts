export { ModuleHarness, type Response } from './module-harness';
