export { decide, start, type Decision, type SagaInput, type SagaState } from './decide';
export { defineSaga, type Consequence, type SagaDefinition, type Step } from './definition';
