import { cardLimit, cardOf, type Card } from './cards';

/** Something the bank is asked to do with an intent, or does by itself. */
export interface Request {
  readonly intent: string;
  readonly operation: 'create' | 'authorize' | 'increase' | 'capture' | 'void' | 'refund' | 'dispute' | 'payout';
  /** The shop's own name for what the intent is about. */
  readonly orderId: string;
  readonly amount: number;
  readonly currency: string;
  /** Of the card, or the payment method made of it; null but for holds. */
  readonly token: string | null;
  /** A hold that is asked for without the customer. */
  readonly offSession?: boolean;
}

/** A line of the bank's log: a request and what became of it. */
export interface Entry extends Omit<Request, 'offSession'> {
  /** From 1 within its intent. */
  readonly number: number;
  readonly outcome: 'done' | 'refused';
  /** Why it was refused, or how a dispute stands. */
  readonly reason: string | null;
  /** The bank's name for what was made: a charge, a refund, a dispute. */
  readonly reference: string;
  /** When, in milliseconds since 1970. */
  readonly at: number;
}

/** What an intent's entries have come to. */
export interface Books {
  readonly intent: string;
  readonly orderId: string;
  readonly currency: string;
  readonly createdAt: number;
  readonly status: 'requires_payment_method' | 'requires_capture' | 'succeeded' | 'canceled';
  /** What it is about; when it is held, what is held. */
  readonly amount: number;
  readonly token: string | null;
  readonly charge: string | null;
  readonly declined: string | null;
  readonly captured: number;
  readonly released: number;
  readonly refunded: number;
  /** When the hold ends by itself, in milliseconds since 1970. */
  readonly captureBefore: number | null;
  readonly disputed: boolean;
}

/** How long the bank holds money. */
export interface Holding {
  readonly holdMs: number;
  readonly shortHoldMs: number;
}

/** What the bank makes of a request, knowing all that came before for the same intent. @returns why it is refused; null when it is not. */
export function objectionTo(books: Books, request: Request, now: number): string | null {
  const card = cardOf(request.operation === 'authorize' ? request.token : books.token);
  if (card.refuses?.operation === request.operation) return card.refuses.reason;
  const { status, captured, refunded, amount, captureBefore } = books;
  const isHeld = status === 'requires_capture' && (captureBefore ?? now) >= now;
  switch (request.operation) {
    case 'authorize':
      return status === 'requires_payment_method' ? declineOf(card, request) : `This intent is ${status}.`;
    case 'increase':
      if (!isHeld || !card.increasable) return 'This hold cannot be increased.';
      return request.amount > cardLimit ? 'The card does not pay that much.' : null;
    case 'capture':
      return isHeld && request.amount <= amount ? null : `That much is not held: this intent is ${status}.`;
    case 'refund':
      return request.amount > captured - refunded ? 'That much was not taken.' : null;
    case 'void':
      return status === 'succeeded' ? 'This intent is succeeded: the money was taken.' : null;
    case 'create':
    case 'dispute':
    case 'payout':
      return null;
  }
}

function declineOf(card: Card, { amount, offSession = false }: Request): string | null {
  if (amount > cardLimit) return 'The card does not pay that much.';
  return card.declines ?? (offSession ? (card.declinesLater ?? null) : null);
}

/** Reads an intent's entries, the first of which has made it. */
export function booksOf([first, ...entries]: readonly Entry[], holding: Holding): Books | null {
  if (!first) return null;
  const { intent, orderId, currency, amount, at } = first;
  const made: Books = {
    intent,
    orderId,
    currency,
    createdAt: at,
    status: 'requires_payment_method',
    amount,
    token: null,
    charge: null,
    declined: null,
    captured: 0,
    released: 0,
    refunded: 0,
    captureBefore: null,
    disputed: false,
  };
  return entries.reduce((books, entry) => enter(books, entry, holding), made);
}

function enter(books: Books, entry: Entry, { holdMs, shortHoldMs }: Holding): Books {
  const { operation, outcome, amount, token, reference, reason, at } = entry;
  if (outcome === 'refused') return operation === 'authorize' ? { ...books, declined: reason } : books;
  switch (operation) {
    case 'authorize': {
      const captureBefore = at + (cardOf(token).endsSoon && !token?.startsWith('pm_') ? shortHoldMs : holdMs);
      return { ...books, status: 'requires_capture', token, charge: reference, declined: null, captureBefore };
    }
    case 'increase':
      return { ...books, amount };
    case 'capture':
      return { ...books, status: 'succeeded', captured: amount, released: books.amount - amount };
    case 'void':
      return { ...books, status: 'canceled', released: amount };
    case 'refund':
      return { ...books, refunded: books.refunded + amount };
    case 'dispute':
      return { ...books, disputed: true };
    case 'create':
    case 'payout':
      return books;
  }
}

/** What a void releases. */
export function heldIn({ status, amount }: Books): number {
  return status === 'requires_capture' ? amount : 0;
}
