import { z } from 'zod';

/** A message as its author makes it: what is said, and about which key. It does not exist until a transaction records it. */
export interface Draft<Data = unknown> {
  readonly type: string;
  readonly version: number;
  readonly key: string;
  readonly data: Data;
}

/** A recorded message, as it travels. */
export interface Message<Data = unknown> extends Draft<Data> {
  /** UUIDv7, unique over all modules. */
  readonly id: string;
  /** The module that recorded it. */
  readonly producer: string;
  /** Numbers the producer's messages of this key from 1 without gaps, in commit order. */
  readonly keyVersion: number;
  /** The message or request that led to this one; null for the first of a story. */
  readonly causationId: string | null;
  /** The same for every message of one story. */
  readonly correlationId: string;
  /** When it was recorded, ISO 8601, by the producer's database. */
  readonly recordedAt: string;
}

/** Lifts the data of one version to the next higher one. */
type Upcast = (older: never) => unknown;

/** A published kind of message, whatever its data. */
export interface AnyMessageType {
  readonly type: string;
  readonly version: number;
  readonly kind: 'event' | 'command';
  readonly schema: z.ZodType;
  /** @throws {UnreadableMessage} when the version is unknown or the data does not fit its schema. */
  read(version: number, data: unknown): unknown;
}

/**
 * A published kind of message: calling it makes a draft, `read` understands every version ever published.
 * The schema is the type, and it is what both transports validate.
 */
export interface MessageType<Data> extends AnyMessageType {
  /** @throws {z.ZodError} when the data does not fit the schema. */
  (data: Data): Draft<Data>;
  readonly schema: z.ZodType<Data>;
  /** The key of a message with this data: the aggregate it is about. */
  keyOf(data: Data): string;
  read(version: number, data: unknown): Data;
}

/** The data that messages of this type carry. */
export type DataOf<Type extends AnyMessageType> = Type extends { read(version: number, data: unknown): infer Data }
  ? Data
  : never;

/** No attempt can ever succeed with this message: it is dead at once. */
export class UnreadableMessage extends Error {
  constructor(type: string, version: number, why: string) {
    super(`${type} v${version} cannot be read: ${why}`);
    this.name = 'UnreadableMessage';
  }
}

interface Definition<Schema extends z.ZodType> {
  /** The aggregate the message is about: messages of one key are handled in order. */
  key: (data: z.infer<Schema>) => string;
  /** For each older version, how its data becomes that of the next. Version 3 has the upcasts 1 and 2. */
  upcasts?: Readonly<Record<number, Upcast>>;
}

/** A fact that a module announces, in the past tense: `defineEvent('order.placed', 2, schema, …)`. */
export function defineEvent<Schema extends z.ZodType>(
  type: string,
  version: number,
  schema: Schema,
  definition: Definition<Schema>,
): MessageType<z.infer<Schema>> {
  return define('event', type, version, schema, definition);
}

/** A wish that one module obeys; its name is `<module that obeys>.<verb>`: `defineCommand('payment.authorize', 1, …)`. */
export function defineCommand<Schema extends z.ZodType>(
  type: string,
  version: number,
  schema: Schema,
  definition: Definition<Schema>,
): MessageType<z.infer<Schema>> {
  return define('command', type, version, schema, definition);
}

function define<Schema extends z.ZodType>(
  kind: 'event' | 'command',
  type: string,
  version: number,
  schema: Schema,
  { key, upcasts = {} }: Definition<Schema>,
): MessageType<z.infer<Schema>> {
  type Data = z.infer<Schema>;
  for (let older = 1; older < version; older++) {
    if (!upcasts[older]) throw new Error(`${type} v${version} needs an upcast from version ${older}`);
  }

  const draft = (data: Data): Draft<Data> => ({ type, version, key: key(data), data: schema.parse(data) });

  const read = (from: number, data: unknown): Data => {
    if (from < 1 || from > version)
      throw new UnreadableMessage(type, from, `the newest version known here is ${version}`);
    let lifted = data;
    for (let at = from; at < version; at++) lifted = (upcasts[at] as (older: unknown) => unknown)(lifted);
    const parsed = schema.safeParse(lifted);
    if (!parsed.success) throw new UnreadableMessage(type, from, z.prettifyError(parsed.error));
    return parsed.data;
  };

  return Object.assign(draft, { type, version, kind, schema: schema as z.ZodType<Data>, keyOf: key, read });
}

/** Whether this message is of that type; narrows its data. */
export function isA<Data>(message: Draft, type: MessageType<Data>): message is Draft<Data> {
  return message.type === type.type;
}
