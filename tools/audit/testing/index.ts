export { Evening } from './evening';
