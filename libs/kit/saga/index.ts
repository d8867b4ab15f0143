export { canAbort, decide, start, type Decision, type SagaInput, type SagaState, type StepOutcome } from './decide';
export { defineSaga, typesOf, type Consequence, type SagaDefinition, type Step } from './definition';
