import { InProcessQuestions, InProcessTransport } from '@thali/kit/event-bus';
import { describeQuestions, describeTransport } from '@thali/kit/event-bus/testing';

describeTransport({
  name: 'in process',
  apart: false,
  aTransport: async () => new InProcessTransport(),
  close: async () => {},
});

describeQuestions({
  name: 'in process',
  aPair: () => {
    const questions = new InProcessQuestions();
    return { asker: questions, answerer: questions };
  },
});
