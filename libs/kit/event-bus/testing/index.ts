export { describeTransport } from './conformance';
export { describeQuestions, type QuestionsUnderTest } from './questions-conformance';
export { Said, World, aNotebook, eventually, wordsOf, type BusUnderTest } from './world';
