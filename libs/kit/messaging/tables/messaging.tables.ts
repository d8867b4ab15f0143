import type { Message } from '../../core';
import { table, typed, type RowOf } from '../../postgres';

/** What a timer keeps of its message; every table of messages has these. */
const draft = {
  type: { type: 'text' },
  version: { type: 'int' },
  key: { type: 'text' },
  data: { type: 'json' },
  correlationId: { type: 'text' },
  causationId: { type: 'uuid', nullable: true },
} as const;
const numbered = { keyVersion: { type: 'bigint' }, recordedAt: { type: 'timestamptz' } } as const;
const part = { type: 'smallint' } as const;
const clock = { default: () => 'clock_timestamp()' } as const;

/** The message log: what this module has sent. Never changed, never deleted before its retention. */
export const Messages = table('messages', {
  columns: {
    messageId: { type: 'uuid', primary: true },
    ...draft,
    data: { type: 'jsonb' },
    ...numbered,
    recordedAt: { ...numbered.recordedAt, ...clock },
  },
  indices: [{ name: 'messages_key_key_version_idx', columns: ['key', 'keyVersion'] }],
});

/** The fields of a message that its log, the inbox and the dead letters have. */
export const messageFields = namesOf(Messages.newRow);

/** A message as it was stored. */
export function toMessage({
  messageId: id,
  recordedAt,
  ...row
}: Omit<RowOf<typeof Messages>, 'data'> & Pick<Message, 'producer' | 'data'>): Message {
  return { id, ...row, recordedAt: recordedAt.toISOString() };
}

/** The last number given to a message of each key. Locked from the first message to the commit. */
const MessageKeys = table('message_keys', {
  columns: { key: { type: 'text', primary: true }, version: { type: 'bigint' } },
});

/** Which destinations currently want which messages. */
const Routes = table('routes', {
  columns: { type: { type: 'text', primary: true }, destination: { type: 'text', primary: true } },
});

/** Messages to be delivered: a thin queue. A row is deleted when the destination has confirmed it. */
export const Outbox = table('outbox', {
  columns: {
    destination: { type: 'text', primary: true },
    seq: { type: 'bigint', primary: true, generated: true, insert: false },
    part,
    messageId: { type: 'uuid' },
  },
});

const arriving = {
  subscription: { type: 'text', primary: true },
  seq: { type: 'bigint', primary: true },
  part,
  messageId: { type: 'uuid' },
  producer: { type: 'text' },
  ...draft,
  ...numbered,
} as const;
const attempted = {
  attempts: { type: 'smallint', default: 0, insert: false },
  crashes: { type: 'smallint', default: 0, insert: false },
  errors: { type: typed<{ attempt: number; message: string; at: string }[]>('jsonb'), default: [], insert: false },
  storedAt: { type: 'timestamptz', ...clock, insert: false },
} as const;

/** Messages to be handled, one row per subscription. @param schema of the module, where it is not the database's own. */
export const inboxOf = (schema?: string) =>
  table('inbox', {
    ...(schema !== undefined && { schema }),
    columns: {
      ...arriving,
      seq: { ...arriving.seq, generated: true },
      ...attempted,
    },
    // An index by an expression, which TypeORM leaves alone.
    indices: [{ name: 'inbox_by_key', columns: ['messageId'], unique: true, synchronize: false }],
  });
export const InboxRows = inboxOf();

/** Messages that no attempt could handle, with the errors of all attempts: the columns of the inbox in the same order, and then its own. */
export const DeadLetters = table('dead_letters', {
  columns: {
    ...arriving,
    seq: { type: 'bigint' },
    messageId: { type: 'uuid', primary: true },
    ...attempted,
    diedAt: { type: 'timestamptz' },
  },
});

/** Messages that were handled. Its primary key is why no message takes effect twice. */
export const Handled = table('handled', {
  columns: {
    subscription: { type: 'text', primary: true },
    messageId: { type: 'uuid', primary: true },
    producer: { type: 'text' },
    key: { type: 'text' },
    keyVersion: { type: 'bigint' },
    position: { type: 'bigint', default: () => `nextval('handled_position')`, insert: false },
    handledAt: { type: 'timestamptz', ...clock, insert: false },
  },
});

/** The fields of an inbox row that remain when it is handled. */
export const handledFields = namesOf(Handled.newRow);

/** Keys whose next message must wait: for another attempt, or for an operator (until infinity). */
export const BlockedKeys = table('blocked_keys', {
  columns: {
    subscription: { type: 'text', primary: true },
    key: { type: 'text', primary: true },
    until: { type: 'timestamptz' },
  },
});

/** Messages to be sent when they are due. One per type and key. */
export const TimerRows = table('timers', {
  columns: {
    ...draft,
    type: { type: 'text', primary: true },
    key: { type: 'text', primary: true },
    part: { ...part, update: false }, // The key's.
    dueAt: { type: 'timestamptz' },
  },
  indices: [{ name: 'timers_due_at_idx', columns: ['dueAt'] }],
});

/** The instances of the module that are alive, by this database's clock. */
const Instances = table('instances', {
  columns: { instanceId: { type: 'uuid', primary: true }, aliveUntil: { type: 'timestamptz' } },
});

/** Which instance works on which partition, and until when by this database's clock. */
const Leases = table('leases', {
  columns: {
    part: { ...part, primary: true },
    owner: { type: 'uuid', nullable: true },
    fence: { type: 'bigint', default: 0 },
    until: { type: 'timestamptz', default: '-infinity' },
  },
});

/** The tables that messaging needs; but for `horizon`, which has one row and no key. */
export const messagingTables = [
  Messages,
  MessageKeys,
  Routes,
  Outbox,
  InboxRows,
  DeadLetters,
  Handled,
  BlockedKeys,
  TimerRows,
  Instances,
  Leases,
];

function namesOf<Spec extends object>(spec: Spec): (keyof Spec)[] {
  return Object.keys(spec) as (keyof Spec)[];
}
