export { describeTransport } from './conformance';
export { Said, World, aNotebook, eventually, wordsOf, type BusUnderTest } from './world';
