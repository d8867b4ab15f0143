import { Injectable } from '@nestjs/common';
import { schedule } from '@thali/kit/messaging';
import { Database, type Tx } from '@thali/kit/postgres';
import { createHash, randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { BankSettings } from './bank.settings';
import { booksOf, heldIn, objectionTo, type Books, type Entry, type Request } from './books';
import { cardOf } from './cards';
import { StripeError, declined, keyInUse, keyReused, noSuch, unexpectedState } from './errors';
import { ProviderLog, type LoggedEntry } from './provider-log';
import { SendEvent } from './events';
import { intentObject, type StripeObject } from './stripe-objects';

/** How a request is sent: its key, if it has one, and what it is compared with when the key comes again. */
export interface Sent {
  readonly key: string | null;
  readonly fingerprint: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly body: StripeObject;
  /** It was given before. */
  readonly replayed: boolean;
}

type Asked = Omit<Request, 'orderId' | 'currency'> & Partial<Pick<Request, 'orderId' | 'currency'>>;

/** What to answer for an entry that was just made. */
type Render = (entry: LoggedEntry, books: Books, metadata: object) => StripeObject;

/**
 * A bank that needs no account and behaves like a real one: it takes its time, knows a repetition by its key, keeps a log that is never
 * changed, and has cards that decline, answer late, twice or never.
 */
@Injectable()
export class Bank {
  /** Keys of requests that are being worked on in this process. */
  private readonly inFlight = new Set<string>();

  constructor(
    private readonly db: Database,
    private readonly log: ProviderLog,
    private readonly settings: BankSettings,
  ) {}

  /** Does what is asked, once per key. @throws {StripeError} */
  async enter(asked: Asked, sent: Sent, render: Render): Promise<Answer> {
    const key = sent.key ?? '';
    if (this.inFlight.has(key)) throw keyInUse(key);
    if (key) this.inFlight.add(key);
    try {
      const isLate = asked.operation === 'authorize' && cardOf(asked.token).answers === 'late';
      await this.takeTime(isLate ? this.settings.lateMs : 0);
      return await this.db.transaction((tx) => this.work(tx, asked, sent, render), undefined, { key: asked.intent });
    } finally {
      this.inFlight.delete(key);
    }
  }

  /** An intent as it is now. @throws {StripeError} when there is none. */
  async read(intent: string): Promise<{ books: Books; entries: readonly LoggedEntry[] }> {
    await this.takeTime();
    const entries = await this.log.read(intent);
    const books = booksOf(entries, this.settings.holding);
    if (!books) throw noSuch('payment_intent', intent);
    return { books, entries };
  }

  async takeTime(extraMs = 0): Promise<void> {
    const { fastestMs, slowestMs } = this.settings;
    await pause(extraMs + randomInt(fastestMs, Math.max(fastestMs, slowestMs) + 1), undefined, { ref: false });
  }

  private async work(tx: Tx, asked: Asked, sent: Sent, render: Render): Promise<Answer> {
    const [known, entries] = await Promise.all([
      sent.key === null ? undefined : this.log.withKey(tx, sent.key),
      this.log.entriesOf(tx, asked.intent),
    ]);
    if (known) return repeated(known, sent);
    const books = booksOf(entries, this.settings.holding);
    if (!books && asked.operation !== 'create' && asked.operation !== 'payout')
      throw noSuch('payment_intent', asked.intent);
    const request: Request = { orderId: books?.orderId ?? '', currency: books?.currency ?? '', ...asked };
    const reason = books && objectionTo(books, request, tx.now.getTime());
    const entry = this.entryOf(tx, request, { reason, books, entries, sent });
    const metadata = entries[0]?.metadata ?? sent.metadata ?? {};
    const answer = this.answerTo([...entries, entry], metadata, render);
    this.log.append(tx, { ...entry, status: answer.status, response: answer.body });
    this.tell(tx, entry);
    const isDisputed =
      entry.operation === 'capture' && entry.outcome === 'done' && cardOf(books?.token ?? null).disputes;
    if (isDisputed) this.enterDispute(tx, entry, 'needs_response');
    return answer;
  }

  /** An intent as if nothing had been asked of it. */
  asMade([first]: readonly LoggedEntry[]): Books {
    return booksOf(first ? [first] : [], this.settings.holding)!;
  }

  /** Decides a dispute; the shop is told. */
  async decideDispute(dispute: LoggedEntry, status: 'won' | 'lost'): Promise<LoggedEntry> {
    return this.db.transaction(async (tx) => {
      const last = (await this.log.entriesOf(tx, dispute.intent)).at(-1) ?? dispute;
      return this.enterDispute(tx, { ...dispute, number: last.number }, status, dispute.reference);
    });
  }

  /** An intent, and what it was told to be about, just after one of its entries. */
  async asOf({ intent, number }: Entry): Promise<{ books: Books | null; metadata: object }> {
    const entries = (await this.log.read(intent)).slice(0, number);
    return { books: booksOf(entries, this.settings.holding), metadata: entries[0]?.metadata ?? {} };
  }

  private enterDispute(tx: Tx, about: LoggedEntry, status: string, reference = tx.ids.next('dp')): LoggedEntry {
    const number = about.number + 1;
    const bare = { key: null, fingerprint: null, response: null, status: null };
    const entry = {
      ...about,
      ...bare,
      operation: 'dispute' as const,
      outcome: 'done' as const,
      number,
      reason: status,
      reference,
    };
    this.log.append(tx, entry);
    this.tell(tx, entry);
    return entry;
  }

  private entryOf(
    tx: Tx,
    request: Request,
    about: { reason: string | null; books: Books | null; entries: readonly Entry[]; sent: Sent },
  ): LoggedEntry {
    const { reason, books, entries, sent } = about;
    const { intent, operation, orderId, currency, token } = request;
    const released =
      operation === 'void' && books ? heldIn(books) + (books.status === 'canceled' ? books.released : 0) : null;
    return {
      intent,
      number: entries.length + 1,
      operation,
      orderId,
      amount: released ?? request.amount,
      currency,
      token,
      outcome: reason === null ? 'done' : 'refused',
      reason,
      reference: tx.ids.next(prefixes[operation]),
      at: tx.now.getTime(),
      status: null,
      response: null,
      metadata: sent.metadata ?? {},
      key: sent.key,
      fingerprint: sent.fingerprint,
    };
  }

  private answerTo(entries: readonly LoggedEntry[], metadata: object, render: Render): Answer {
    const entry = entries.at(-1)!;
    const books = booksOf(entries, this.settings.holding)!;
    if (entry.outcome === 'done') return { status: 200, body: render(entry, books, metadata), replayed: false };
    const error = refusalOf(entry, books, metadata);
    return { status: error.status, body: { error: error.error }, replayed: false };
  }

  /** Events that the shop knows already, from the answers to its requests, are sent only where it wants all of them. */
  private tell(tx: Tx, { intent, number, token, operation, outcome }: LoggedEntry): void {
    const { answers } = cardOf(token);
    const isRepeated = operation === 'authorize' && (answers === 'late' || answers === 'twice');
    const isNews = isRepeated || operation === 'dispute' || operation === 'payout';
    if (!isNews && !this.settings.sendsAllEvents) return;
    for (const nth of isRepeated ? [1, 2] : [1])
      schedule(tx, SendEvent({ intent, number, nth, outcome }), { afterMs: nth * this.settings.slowestMs });
  }
}

const prefixes = {
  create: 'pi',
  authorize: 'ch',
  increase: 'ch',
  capture: 'txn',
  void: 'txn',
  refund: 're',
  dispute: 'dp',
  payout: 'po',
} satisfies Record<Request['operation'], string>;

/** The same answer to the same request. @throws {StripeError} when it is another. */
function repeated(entry: LoggedEntry, { key, fingerprint }: Sent): Answer {
  if (entry.fingerprint !== fingerprint) throw keyReused(key ?? '');
  return { status: entry.status ?? 200, body: (entry.response ?? {}) as StripeObject, replayed: true };
}

function refusalOf({ operation, reason, outcome }: Entry, books: Books, metadata: object): StripeError {
  const message = reason ?? outcome;
  const intent = intentObject(books, metadata);
  const byCard =
    operation === 'authorize' || operation === 'increase' || cardOf(books.token).refuses?.operation === operation;
  return byCard && books.status !== 'canceled' ? declined(message, intent) : unexpectedState(message, intent);
}

/** What a request is compared with when its key comes again. */
export function fingerprintOf(path: string, body: string): string {
  return createHash('sha256').update(`${path}\n${body}`).digest('base64url');
}
