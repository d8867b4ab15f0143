import { z } from 'zod';
import { DomainError, messageOf } from '../../core';

const kinds = ['invalid', 'not-found', 'conflict', 'stale', 'forbidden', 'unavailable'] as const;
const reply = z.union([
  z.object({ refusal: z.object({ code: z.string(), kind: z.enum(kinds), message: z.string(), details: z.record(z.string(), z.unknown()) }) }),
  z.object({ answer: z.unknown() }),
]);

/** What comes of a question, as bytes: its answer, or the refusal that the answerer threw. */
export async function writeReply(answer: Promise<unknown>): Promise<Buffer> {
  return asJson(
    await answer.then(
      (given) => ({ answer: given }),
      (error: unknown) => ({ refusal: refusalOf(error) }),
    ),
  );
}

/** @returns the answer. @throws {DomainError} the refusal. @throws {Error} when it is neither. */
export function readReply(content: Buffer): unknown {
  const read = reply.parse(JSON.parse(content.toString('utf8')));
  if (!('refusal' in read)) return read.answer;
  const { code, kind, message, details } = read.refusal;
  throw new DomainError(code, kind, message, details);
}

function refusalOf(error: unknown): object {
  if (!(error instanceof DomainError)) return { code: 'question.unanswered', kind: 'unavailable', message: messageOf(error), details: {} };
  const { code, kind, message, details } = error;
  return { code, kind, message, details };
}

export function asJson(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
