import type { z } from 'zod';

/** Something a module can be asked, synchronously and with a deadline. Asking never changes anything. */
export interface Question<Ask = unknown, Answer = unknown> {
  /** `<module that answers>.<what>`: `payment.of-order`. */
  readonly name: string;
  readonly ask: z.ZodType<Ask>;
  readonly answer: z.ZodType<Answer>;
}

/** Defines a question; both sides are validated wherever the two modules run. */
export function defineQuestion<Ask extends z.ZodType, Answer extends z.ZodType>(
  name: string,
  shape: { ask: Ask; answer: Answer },
): Question<z.infer<Ask>, z.infer<Answer>> {
  return { name, ...shape } as Question<z.infer<Ask>, z.infer<Answer>>;
}
