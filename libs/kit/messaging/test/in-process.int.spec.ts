import { InProcessQuestions, InProcessTransport } from '@thali/kit/messaging';
import { describeQuestions, describeTransport } from '@thali/kit/messaging/testing';

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
