import { z } from 'zod';
import { DomainError, messageOf } from '../../core';

const kinds = ['invalid', 'not-found', 'conflict', 'stale', 'forbidden', 'unavailable'] as const;
const refusal = z.object({
  code: z.string(),
  kind: z.enum(kinds),
  message: z.string(),
  details: z.record(z.string(), z.unknown()),
});
const question = z.object({ ask: z.unknown() });
const reply = z.union([z.object({ refusal }), z.object({ answer: z.unknown() })]);

/** A question as bytes. */
export function writeAsked(ask: unknown): Buffer {
  return asJson({ ask });
}

/** @throws {Error} when it is no question. */
export function readAsked(content: Buffer): unknown {
  return question.parse(fromJson(content)).ask;
}

/** A reply as bytes: the answer, or the refusal that was thrown. */
export async function writeReply(answer: () => Promise<unknown>): Promise<Buffer> {
  try {
    return asJson({ answer: await answer() });
  } catch (error) {
    return asJson({ refusal: refusalOf(error) });
  }
}

/** @returns the answer. @throws {DomainError} the refusal. @throws {Error} when it is neither. */
export function readReply(content: Buffer): unknown {
  const read = reply.parse(fromJson(content));
  if (!('refusal' in read)) return read.answer;
  const { code, kind, message, details } = read.refusal;
  throw new DomainError(code, kind, message, details);
}

function refusalOf(error: unknown): z.infer<typeof refusal> {
  if (!(error instanceof DomainError))
    return { code: 'question.unanswered', kind: 'unavailable', message: messageOf(error), details: {} };
  const { code, kind, message, details } = error;
  return { code, kind, message, details };
}

function asJson(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function fromJson(content: Buffer): unknown {
  return JSON.parse(content.toString('utf8'));
}
