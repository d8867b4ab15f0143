export { decide, start, type Decision, type SagaInput, type SagaState } from './decide';
export {
  defineSaga,
  type Consequence,
  type Interim,
  type SagaDefinition,
  type Step,
  type TooLate,
  type Undo,
} from './definition';
