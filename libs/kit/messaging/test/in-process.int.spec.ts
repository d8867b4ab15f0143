import { InProcessQuestions } from '@thali/kit/messaging';
import { describeQuestions, describeTransport } from '@thali/kit/messaging/testing';
import { inProcess } from './buses';

describeTransport(inProcess);

describeQuestions({
  name: 'in process',
  aPair: () => {
    const questions = new InProcessQuestions();
    return { asker: questions, answerer: questions };
  },
});
