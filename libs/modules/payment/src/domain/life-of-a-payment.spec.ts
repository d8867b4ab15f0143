import fc from 'fast-check';
import { apply } from './responses';
import type { Transfer } from './ledger';
import {
  heldOf,
  isUnwanted,
  keyOf,
  noPayment,
  totalsOf,
  unchanged,
  type Call,
  type Payment,
  type Response,
} from './payment';
import { booksOf, heldIn, objectionTo, type Books, type Entry, type Request } from '../bank/books';
import { renewHold } from './commands';
import * as given from '../../testing/payments';

const holding = { holdMs: 1_000_000, shortHoldMs: 1_000 };

/** A call, and the card that it is made with. */
interface Sent {
  readonly call: Call;
  readonly asked: number;
  readonly token: string;
}

/** A payment and its bank, with a network between them that loses requests, loses answers, and brings both late. */
class World {
  payment: Payment = noPayment(given.orderId);
  readonly sent: string[] = [];
  readonly transfers: Transfer[] = [];
  readonly log: (Entry & { key: string })[] = [];
  /** Requests that are still on their way. */
  private readonly delayed: Sent[] = [];
  /** Answers that may come a second time. */
  private readonly answers: { call: Call; answer: Response }[] = [];

  constructor(private readonly token: string) {}

  happen(step: given.Step): void {
    const { payment, outgoing, transfers } = step(this.payment);
    this.payment = given.stored(this.payment, payment);
    this.sent.push(...outgoing.map(({ type }) => type));
    this.transfers.push(...transfers);
  }

  /** Makes the open call, as `ProviderCalls` does. */
  pursue(fault: 'none' | 'request lost' | 'answer lost' | 'request delayed'): void {
    const { call } = this.payment;
    if (call) this.apply(call, this.ask(this.send(call), fault));
  }

  /** A delayed request arrives; its sender may have died meanwhile. */
  deliverDelayed(answered: boolean): void {
    const sent = this.delayed.shift();
    const answer = sent && this.provide(sent);
    if (answer && answered) this.apply(sent.call, answer);
  }

  repeatAnswer(nth: number): void {
    const old = this.answers[nth % this.answers.length];
    if (old) this.apply(old.call, old.answer);
  }

  /** The network is well again, and what was on its way arrives, though its answers may be lost. */
  comeToRest(): void {
    for (let turn = 0; this.payment.call; turn++) {
      if (turn > 100) throw new Error(`it never comes to rest: ${JSON.stringify(this.payment)}`);
      this.pursue('none');
    }
    while (this.delayed.length > 0) this.deliverDelayed(false);
  }

  /** The amounts of what the bank has done, by the hold. */
  done(operation: Entry['operation']): { intent: string; amount: number }[] {
    return this.log.filter((entry) => entry.operation === operation && entry.outcome === 'done');
  }

  /** What the bank knows of each hold. */
  get books(): Books[] {
    const intents = [...new Set(this.log.map(({ intent }) => intent))];
    return intents.flatMap((intent) => booksOf(this.entriesOf(intent), holding) ?? []);
  }

  private send(call: Call): Sent {
    const hold = this.payment.holds.find(({ number }) => number === call.hold);
    const isFirst = this.payment.holds.every(({ intent }) => intent === null);
    return { call, asked: hold?.asked ?? call.amount, token: isFirst ? this.token : `pm_${this.token}` };
  }

  private ask(sent: Sent, fault: string): Response {
    const { call } = sent;
    if (call.unanswered > 0) {
      const found = this.find(call);
      if (found) return found;
      if (isUnwanted(this.payment)) return { outcome: 'unknown' };
    }
    if (fault === 'request delayed') this.delayed.push(sent);
    if (fault === 'request delayed' || fault === 'request lost') return { outcome: 'timeout' };
    const answer = this.provide(sent);
    return fault === 'answer lost' ? { outcome: 'timeout' } : answer;
  }

  private find(call: Call): Response | undefined {
    const entry = this.log.find(({ key }) => key === keyOf(this.payment, call));
    return entry && this.answerTo(entry);
  }

  /** An intent is made, and found again, before anything is asked of it. */
  private provide({ call, asked, token }: Sent): Response {
    const known = this.find(call);
    if (known) return known;
    const intent = `pi_${call.hold}`;
    const about = { intent, orderId: given.orderId, currency: 'EUR', token: null };
    if (this.entriesOf(intent).length === 0) this.enter({ ...about, operation: 'create', amount: asked }, 'made', null);
    const books = booksOf(this.entriesOf(intent), holding)!;
    const request = {
      ...about,
      operation: call.kind,
      amount: call.amount,
      ...(call.kind === 'authorize' && { token }),
    };
    const offSession = token.startsWith('pm_');
    const reason = objectionTo(books, { ...request, offSession }, 0);
    const released = heldIn(books) + (books.status === 'canceled' ? books.released : 0);
    const amount = call.kind === 'void' ? released : call.amount;
    return this.answerTo(this.enter({ ...request, amount }, keyOf(this.payment, call), reason));
  }

  private enter(request: Request, key: string, reason: string | null) {
    const number = this.entriesOf(request.intent).length + 1;
    const outcome = reason === null ? ('done' as const) : ('refused' as const);
    const entry = { ...request, key, number, outcome, reason, reference: `ch_${number}`, at: 0 };
    this.log.push(entry);
    return entry;
  }

  private entriesOf(intent: string): Entry[] {
    return this.log.filter((entry) => entry.intent === intent);
  }

  private answerTo({ outcome, amount, reason, intent }: Entry): Response {
    const increasable = this.token === 'tok_visa';
    return outcome === 'done'
      ? { outcome, amount, granted: { intent, increasable, captureBefore: '2026-11-28T12:00:00.000Z' } }
      : { outcome, reason: reason ?? 'No.' };
  }

  private apply(call: Call, answer: Response): void {
    this.answers.push({ call, answer });
    this.happen((payment) => apply(payment, call, answer));
  }
}

const sum = (amounts: number[]) => amounts.reduce((total, amount) => total + amount, 0);

type Event = (world: World) => void;

/** A customer may be refused: that changes nothing. */
const refund = (amount: number, refundId: string): Event => {
  return (world) =>
    world.happen((payment) => {
      try {
        return given.toBeRefunded(amount, refundId)(payment);
      } catch {
        return unchanged(payment);
      }
    });
};

const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 1, arbitrary: fc.constant<Event>((world) => world.happen(renewHold)) },
  {
    weight: 6,
    arbitrary: fc.constantFrom('none', 'request lost', 'answer lost', 'request delayed').map(
      (fault): Event =>
        (world) =>
          world.pursue(fault as 'none'),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.boolean().map(
      (heard): Event =>
        (world) =>
          world.deliverDelayed(heard),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.nat(20).map(
      (nth): Event =>
        (world) =>
          world.repeatAnswer(nth),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Event>((world) => world.happen(given.toBeHeld)) },
  { weight: 1, arbitrary: fc.constant<Event>((world) => world.happen(given.toBeTaken)) },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 1, max: 3_000 }).map(
      (due): Event =>
        (world) =>
          world.happen(given.toBeTakenInPart(due)),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Event>((world) => world.happen(given.delivered)) },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 0, max: 3_000 }).map(
      (keep): Event =>
        (world) =>
          world.happen(given.toBeCancelledKeeping(keep)),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.integer({ min: 1, max: 4_000 }), fc.nat(3)).map(
      ([amount, revision]): Event =>
        (world) =>
          world.happen(given.toBeChangedTo(amount, revision + 1)),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.integer({ min: 1, max: 3_000 }), fc.uuid()).map(([amount, id]) => refund(amount, id)),
  },
);

const lives = fc.record({
  token: fc.constantFrom(
    'tok_visa',
    'tok_visa',
    'tok_mastercard',
    'tok_declined',
    'tok_no_capture',
    'tok_no_second_hold',
  ),
  events: fc.array(event, { maxLength: 40 }),
  cancelled: fc.boolean(),
});

/** Any life that begins with the command to hold or to cancel, and whose network ends well. */
function everyLife(check: (world: World) => void): void {
  const property = fc.property(lives, ({ token, events, cancelled }) => {
    const world = new World(token);
    for (const happens of [(one: World) => one.happen(given.toBeHeld), ...events]) happens(world);
    if (cancelled) world.happen(given.toBeCancelled);
    world.comeToRest();
    check(world);
  });
  fc.assert(property, { numRuns: 500 });
}

describe('whatever happens to a payment', () => {
  it('the bank takes money once at most of each hold, and never more than was agreed last', () => {
    everyLife((world) => {
      const taken = world.done('capture');
      expect(new Set(taken.map(({ intent }) => intent)).size).toBe(taken.length);
      const { agreed, asked } = world.payment;
      expect(sum(taken.map(({ amount }) => amount))).toBeLessThanOrEqual(Math.max(agreed, asked, world.payment.keep));
    });
  });

  it('of a meal that was brought, we have what was due and no more', () => {
    everyLife(({ payment }) => {
      expect(payment.status === 'captured' ? totalsOf(payment).captured : 0).toBeLessThanOrEqual(payment.keep);
    });
  });

  it('our books say what the bank’s say', () => {
    everyLife(({ payment, books }) => {
      const { captured, refunded } = totalsOf(payment);
      const theirs = {
        captured: sum(books.map((one) => one.captured)),
        refunded: sum(books.map((one) => one.refunded)),
      };
      expect({ captured, refunded }).toEqual(theirs);
    });
  });

  it('nothing stays held for an order that is over', () => {
    everyLife(({ payment, books }) => {
      const { status, holds } = payment;
      if (status !== 'cancelled' && status !== 'declined' && status !== 'captured') return;
      const held = sum(books.map(heldIn));
      const mayBeHeld = holds.some((hold) => hold.mayBeHeld);
      expect({ held, ours: heldOf(payment), mayBeHeld }).toEqual({ held: 0, ours: 0, mayBeHeld: false });
    });
  });

  it('a hold is announced, declined, or overtaken by its cancellation: one of these, and once', () => {
    everyLife(({ sent, payment }) => {
      const ends = sent.filter((type) => type === 'payment.authorized' || type === 'payment.declined');
      const overtaken = payment.status === 'cancelled' ? 1 : 0;
      expect(ends.length).toBeLessThanOrEqual(1);
      expect(ends.length + overtaken).toBeGreaterThanOrEqual(1);
    });
  });

  it('a cancellation always comes to its end, with nothing kept but what was to be kept', () => {
    everyLife(({ sent, payment }) => {
      const { status, keep } = payment;
      const { captured, refunded } = totalsOf(payment);
      expect(status).not.toBe('cancelling');
      if (status !== 'cancelled') return;
      expect(sent).toContain('payment.cancelled');
      expect(captured - refunded).toBeLessThanOrEqual(keep);
    });
  });

  it('the ledger balances at every step, and gives out what was taken when the order is over', () => {
    everyLife(({ transfers, payment }) => {
      const balances = new Map<string, number>();
      for (const { postings } of transfers) {
        expect(sum(postings.map(({ amount }) => amount))).toBe(0);
        for (const { account, amount } of postings) balances.set(account, (balances.get(account) ?? 0) + amount);
      }
      const { captured, refunded } = totalsOf(payment);
      const net = captured - refunded;
      const shared = sum(Object.values<number>({ ...payment.shared }));
      const over = payment.status === 'cancelled' || payment.courierId !== null;
      const inClearing = balances.get(`clearing:${given.orderId}`) ?? 0;
      expect(balances.get('provider') ?? 0).toBe(0 - net);
      expect(inClearing).toBe(over ? 0 : net - shared);
      expect(over ? shared : net).toBe(net);
    });
  });

  it('no transfer is recorded twice', () => {
    everyLife(({ transfers }) => {
      expect(new Set(transfers.map(({ what }) => what)).size).toBe(transfers.length);
    });
  });
});
