export { describeTransport } from './conformance';
export { describeDeaths } from './death';
export { describeQuestions, type QuestionsUnderTest } from './questions-conformance';
export { isSettled, review, speak, standing, type Speech } from './speech';
export { Said, World, aNotebook, eventually, wordsOf, type BusUnderTest, type Party } from './world';
