import { InProcessQuestions } from '@thali/kit/event-bus';
import { describeQuestions, describeTransport } from '@thali/kit/event-bus/testing';
import { inProcess } from './buses';

describeTransport(inProcess);

describeQuestions({
  name: 'in process',
  aPair: () => {
    const questions = new InProcessQuestions();
    return { asker: questions, answerer: questions };
  },
});
