import fc from 'fast-check';
import { apply } from './responses';
import type { Transfer } from './ledger';
import { isUnwanted, keyOf, noPayment, unchanged, type Response, type Call, type Payment } from './payment';
import { booksOf, judge, type Entry } from '../simulator/judge';
import * as given from '../../testing/payments';

/** A payment and its provider, with a network between them that loses requests, loses answers, and brings both late. */
class World {
  payment: Payment = noPayment(given.orderId);
  readonly said: string[] = [];
  readonly transfers: Transfer[] = [];
  readonly books: Entry[] = [];
  /** Requests that are still on their way. */
  private readonly delayed: Call[] = [];
  /** Answers that somebody may bring a second time. */
  private readonly answers: { call: Call; answer: Response }[] = [];

  constructor(private readonly token: string) {}

  happen(step: given.Step): void {
    const { payment, outgoing, transfers } = step(this.payment);
    this.payment = given.stored(this.payment, payment);
    this.said.push(...outgoing.map(({ type }) => type));
    this.transfers.push(...transfers);
  }

  /** Makes the open call, as `ProviderCalls` does. */
  pursue(fault: 'none' | 'request lost' | 'answer lost' | 'request delayed'): void {
    const { call } = this.payment;
    if (call) this.apply(call, this.ask(call, fault));
  }

  /** A delayed request arrives; who made it may have died meanwhile. */
  deliverDelayed(heard: boolean): void {
    const call = this.delayed.shift();
    const answer = call && this.provide(call);
    if (answer && heard) this.apply(call, answer);
  }

  repeatAnswer(nth: number): void {
    const old = this.answers[nth % this.answers.length];
    if (old) this.apply(old.call, old.answer);
  }

  /** The network is well again, and what was on its way arrives, though nobody may apply the answer. */
  comeToRest(): void {
    for (let turn = 0; this.payment.call; turn++) {
      if (turn > 50) throw new Error(`it never comes to rest: ${JSON.stringify(this.payment)}`);
      this.pursue('none');
    }
    while (this.delayed.length > 0) this.deliverDelayed(false);
  }

  done(operation: Entry['operation']): number[] {
    return this.books
      .filter((entry) => entry.operation === operation && entry.outcome === 'done')
      .map(({ amount }) => amount);
  }

  private ask(call: Call, fault: string): Response {
    if (call.unanswered > 0) {
      const found = this.books.find(({ key }) => key === keyOf(this.payment, call));
      if (found) return answerOf(found);
      if (isUnwanted(this.payment)) return { outcome: 'unknown' };
    }
    if (fault === 'request delayed') this.delayed.push(call);
    if (fault === 'request delayed' || fault === 'request lost') return { outcome: 'timeout' };
    const answer = this.provide(call);
    return fault === 'answer lost' ? { outcome: 'timeout' } : answer;
  }

  private provide(call: Call): Response {
    const key = keyOf(this.payment, call);
    const known = this.books.find((entry) => entry.key === key);
    if (known) return answerOf(known);
    const request = {
      key,
      operation: call.kind,
      orderId: given.orderId,
      amount: call.amount,
      currency: 'EUR',
      token: this.token,
    };
    const entry = { ...request, ...judge(this.books, request) };
    this.books.push(entry);
    return answerOf(entry);
  }

  private apply(call: Call, answer: Response): void {
    this.answers.push({ call, answer });
    this.happen((payment) => apply(payment, call, answer));
  }
}

function answerOf(entry: Entry): Response {
  return entry.outcome === 'done' ? { outcome: 'done', amount: entry.amount, reference: 'psp_1' } : entry;
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
  token: fc.constantFrom('tok_visa', 'tok_visa', 'tok_visa', 'tok_declined', 'tok_no_capture'),
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
  it('the provider takes money once at most, and never more than was agreed last', () => {
    everyLife((world) => {
      const agreed = world.done('adjust').at(-1) ?? world.done('authorize')[0] ?? 0;
      const taken = world.done('capture');
      expect(taken.length).toBeLessThanOrEqual(1);
      expect(sum(taken)).toBeLessThanOrEqual(agreed);
    });
  });

  it('of a meal that was brought, we have what was due and no more', () => {
    everyLife(({ payment: { status, captured, keep } }) => {
      expect(status === 'captured' ? captured : 0).toBeLessThanOrEqual(keep);
    });
  });

  it('our books say what the provider’s say', () => {
    everyLife(({ payment, books }) => {
      const { captured, refunded } = booksOf(books);
      expect({ captured: payment.captured, refunded: payment.refunded }).toEqual({ captured, refunded });
    });
  });

  it('nothing stays held for an order that is over', () => {
    everyLife(({ payment: { status, mayBeHeld }, books }) => {
      if (status !== 'cancelled' && status !== 'declined' && status !== 'captured') return;
      expect({ held: booksOf(books).held, mayBeHeld }).toEqual({ held: 0, mayBeHeld: false });
    });
  });

  it('a hold is announced, declined, or overtaken by its cancellation: one of these, and once', () => {
    everyLife(({ said, payment }) => {
      const ends = said.filter((type) => type === 'payment.authorized' || type === 'payment.declined');
      const overtaken = payment.status === 'cancelled' ? 1 : 0;
      expect(ends.length).toBeLessThanOrEqual(1);
      expect(ends.length + overtaken).toBeGreaterThanOrEqual(1);
    });
  });

  it('a cancellation always comes to its end, with nothing kept but what was to be kept', () => {
    everyLife(({ said, payment }) => {
      const { status, captured, refunded, keep } = payment;
      expect(status).not.toBe('cancelling');
      if (status !== 'cancelled') return;
      expect(said).toContain('payment.cancelled');
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
      const net = payment.captured - payment.refunded;
      const over = payment.status === 'cancelled' || payment.courierId !== null;
      const inClearing = balances.get(`clearing:${given.orderId}`) ?? 0;
      expect(balances.get('provider') ?? 0).toBe(0 - net);
      expect(inClearing).toBe(over ? 0 : net - payment.settled);
      expect([...balances].every(([account, balance]) => account === 'provider' || balance >= 0)).toBe(true);
    });
  });

  it('no transfer is recorded twice', () => {
    everyLife(({ transfers }) => {
      expect(new Set(transfers.map(({ what }) => what)).size).toBe(transfers.length);
    });
  });
});
