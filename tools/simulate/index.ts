export { Random } from './random';
export { Simulation } from './simulation';
export { ThaliProcess } from './thali-process';
