export { canAbort, decide, start, type Decision, type SagaInput, type SagaState, type StepOutcome } from './decide';
export {
  defineSaga,
  typesOf,
  type Consequence,
  type Interim,
  type SagaDefinition,
  type Step,
  type TooLate,
  type Undo,
} from './definition';
