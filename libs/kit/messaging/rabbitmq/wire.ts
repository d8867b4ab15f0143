import type { Options } from 'amqplib';
import { z } from 'zod';
import { storableText, type Message } from '../../core';

const text = z.string().regex(storableText, 'text without NUL and lone surrogates');

const envelope = z.object({
  id: z.guid(),
  producer: text,
  type: text,
  version: z.int32(),
  key: text,
  keyVersion: z.int(),
  causationId: z.guid().nullable(),
  correlationId: text,
  recordedAt: z.iso.datetime(),
  data: z.unknown(),
});

/** The header with the sender's lag, in milliseconds. */
export const lagHeader = 'lag-ms';

/** A message as bytes. The properties repeat some of it, for operators who inspect a queue. */
export function toWire(message: Message, lagMs: number): { content: Buffer; options: Options.Publish } {
  const { id, type, producer, correlationId } = message;
  const options = { messageId: id, type, appId: producer, correlationId, contentType: 'application/json' };
  const headers = { [lagHeader]: Math.round(lagMs) };
  return {
    content: Buffer.from(JSON.stringify(message)),
    options: { ...options, headers, persistent: true, mandatory: true },
  };
}

/** @returns undefined when the content is not a message. */
export function fromWire(content: Buffer): Message | undefined {
  try {
    return envelope.safeParse(JSON.parse(content.toString('utf8'))).data;
  } catch {
    return undefined;
  }
}
