import { Injectable } from '@nestjs/common';
import { Database, query, save, type Tx } from '@thali/kit/postgres';
import type { Entry } from './books';

/** A line of the log, with the request that led to it. */
export interface LoggedEntry extends Entry {
  /** Of the request, where it was given one: who sends it again gets the same answer. */
  readonly key: string | null;
  readonly fingerprint: string | null;
  readonly status: number | null;
  readonly response: object | null;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The bank's log. Everything that the bank knows is read from it. */
@Injectable()
export class ProviderLog {
  constructor(private readonly db: Database) {}

  /** An intent's entries, in order. */
  async entriesOf(tx: Tx, intent: string): Promise<LoggedEntry[]> {
    return (await tx.run(entriesOf, { intent })).map(({ entry }) => entry);
  }

  async withKey(tx: Tx, key: string): Promise<LoggedEntry | undefined> {
    return (await tx.one(withKey, { key }))?.entry;
  }

  /** Of two that append to an intent at once, the second runs again. */
  append(tx: Tx, entry: LoggedEntry): void {
    tx.defer(append, entry);
  }

  async read(intent: string): Promise<LoggedEntry[]> {
    const rows = await this.db.read<{ entry: LoggedEntry }>(
      `select ${entry} as entry from provider_log l where intent = $1 order by number`,
      [intent],
    );
    return rows.map((row) => row.entry);
  }

  /** What made this: a refund, a dispute, a payout, by its name. */
  async made(reference: string): Promise<LoggedEntry | undefined> {
    const [row] = await this.db.read<{ entry: LoggedEntry }>(
      `select ${entry} as entry from provider_log l where reference = $1 order by logged_at desc, number desc limit 1`,
      [reference],
    );
    return row?.entry;
  }

  /** The latest entries, the last first. */
  async latest(limit: number): Promise<LoggedEntry[]> {
    const rows = await this.db.read<{ entry: LoggedEntry }>(
      `select ${entry} as entry from provider_log l order by logged_at desc limit $1`,
      [limit],
    );
    return rows.map((row) => row.entry);
  }
}

const entry = `json_build_object('intent', l.intent, 'number', l.number, 'orderId', l.order_id, 'operation', l.operation,
  'currency', l.currency, 'amount', l.amount, 'token', l.token, 'outcome', l.outcome, 'reason', l.reason, 'reference', l.reference,
  'key', l.key, 'fingerprint', l.fingerprint, 'status', l.status, 'response', l.response, 'metadata', coalesce(l.metadata, '{}'),
  'at', floor(extract(epoch from l.logged_at) * 1000))`;

const entriesOf = query<{ intent: string }, { entry: LoggedEntry }>(`
  select i.n, ${entry} as entry
  from json_to_recordset($1) as i(n int, intent text) join provider_log l on l.intent = i.intent
  order by l.number`);

const withKey = query<{ key: string }, { entry: LoggedEntry }>(`
  select i.n, ${entry} as entry from json_to_recordset($1) as i(n int, key text) join provider_log l on l.key = i.key`);

const append = save<LoggedEntry>(`
  insert into provider_log (intent, number, order_id, operation, currency, amount, token, outcome, reason, reference, key, fingerprint,
    status, response, metadata)
  select intent, number, "orderId", operation, currency, amount, token, outcome, reason, reference, key, fingerprint, status, response,
    metadata
  from json_to_recordset($1) as i(n int, intent text, number int, "orderId" text, operation text, currency text, amount bigint,
    token text, outcome text, reason text, reference text, key text, fingerprint text, status int, response json, metadata json)
  order by n
  on conflict do nothing returning null::int as n`);
