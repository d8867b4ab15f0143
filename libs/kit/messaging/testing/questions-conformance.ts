import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { DomainError, defineQuestion } from '../../core';
import type { Questions } from '../ports/questions';

/** Questions as the suite sees them. */
export interface QuestionsUnderTest {
  readonly name: string;
  /** Those of a process that asks and of one that answers, which may be the same. Pairs of different worlds never meet. */
  aPair(world: string): { asker: Questions; answerer: Questions };
}

const AgeOf = defineQuestion('registry.age-of', {
  ask: z.object({ who: z.string() }),
  answer: z.object({ age: z.int() }),
});
type Answer = (ask: { who: string }) => Promise<{ age: number }>;

/** What is promised of questions, as tests. Every implementation passes them all. */
export function describeQuestions(under: QuestionsUnderTest): void {
  describe(`Questions, ${under.name}`, () => {
    let pair: { asker: Questions; answerer: Questions };

    beforeEach(() => (pair = under.aPair(`world-${randomUUID()}`)));
    afterEach(async () => {
      await pair.asker.stop();
      await pair.answerer.stop();
    });

    async function start(answer?: Answer): Promise<void> {
      if (answer) pair.answerer.register({ question: AgeOf as never, answer });
      await pair.answerer.start();
      await pair.asker.start();
    }

    const ask = (who: string, withinMs = 5_000) => pair.asker.ask(AgeOf, { who }, { withinMs });

    it('are answered, by value', async () => {
      const answer = { age: 33 };
      await start(async ({ who }) => (who === 'ann' ? answer : { age: 0 }));
      const given = await ask('ann');
      expect(given).toEqual(answer);
      expect(given).not.toBe(answer);
    });

    it('get each its own answer', async () => {
      await start(async ({ who }) => ({ age: Number(who) }));
      const ages = Array.from({ length: 200 }, (_, age) => age);
      const answers = await Promise.all(ages.map((age) => ask(`${age}`)));
      expect(answers.map(({ age }) => age)).toEqual(ages);
    });

    it('are refused as the answerer refuses them', async () => {
      const refusal = new DomainError('registry.unknown', 'not-found', 'There is no such person.', { who: 'bob' });
      await start(() => Promise.reject(refusal));
      const { code, kind, message, details } = refusal;
      await expect(ask('bob')).rejects.toMatchObject({ code, kind, message, details });
    });

    const unanswered = (why: string) => ({
      code: 'question.unanswered',
      kind: 'unavailable',
      message: expect.stringMatching(new RegExp(`^registry\\.age-of: .*${why}`, 's')) as string,
    });

    it('are unanswered, and that at once, when nobody answers them', async () => {
      await start();
      await expect(ask('ann', 60_000)).rejects.toMatchObject(unanswered('nobody'));
    });

    it('are unanswered when no answer comes in time', async () => {
      await start(() => new Promise(() => {}));
      await expect(ask('ann', 1_000)).rejects.toMatchObject(unanswered('no answer within 1000 ms'));
    });

    it('are unanswered when the answerer fails', async () => {
      await start(() => Promise.reject(new Error('the registry burns')));
      await expect(ask('ann')).rejects.toMatchObject(unanswered('the registry burns'));
    });

    it('are unanswered when the answer is not what was promised', async () => {
      await start(async () => ({ age: 'old' }) as never);
      await expect(ask('ann')).rejects.toMatchObject(unanswered('age'));
    });

    it('are not asked when they make no sense', async () => {
      let asked = 0;
      await start(async () => ({ age: ++asked }));
      await expect(pair.asker.ask(AgeOf, { name: 'ann' } as never, { withinMs: 5_000 })).rejects.toThrow(z.ZodError);
      expect(asked).toBe(0);
    });
  });
}
