import { cardLimit, cards, noCard, type Card } from './cards';

/** A request as the simulated provider receives it. */
export interface Request {
  readonly key: string;
  readonly operation: 'authorize' | 'adjust' | 'capture' | 'void' | 'refund';
  readonly orderId: string;
  readonly amount: number;
  readonly currency: string;
  /** Of the card; null but for holds. */
  readonly token: string | null;
}

export type Verdict =
  | { readonly outcome: 'done'; readonly amount: number }
  | { readonly outcome: 'refused'; readonly amount: number; readonly reason: string };

/** A request and what became of it. */
export type Entry = Request & Verdict;

/** What a provider would make of the request, knowing all that came before for the same order. */
export function judge(log: readonly Entry[], request: Request): Verdict {
  const { operation, amount } = request;
  const books = booksOf(log);
  const refuse = (reason: string): Verdict => ({ outcome: 'refused', amount, reason });
  const reason = objection(books, request);
  if (reason) return refuse(reason);
  return { outcome: 'done', amount: operation === 'void' ? books.voided + books.held : amount };
}

export interface Books {
  readonly card: Card;
  readonly held: number;
  readonly captured: number;
  readonly voided: number;
  readonly refunded: number;
  /** Voided: nothing can be held for this order any more. */
  readonly closed: boolean;
}

function objection(
  { card, held, captured, refunded, closed }: Books,
  { operation, amount, token }: Request,
): string | undefined {
  if (card.refuses?.operation === operation) return card.refuses.reason;
  switch (operation) {
    case 'authorize':
      if (closed) return 'The order was cancelled before.';
      if (held + captured > 0) return 'There is a hold for this order already.';
      if (amount > cardLimit) return 'The card does not pay that much.';
      return (cards[token ?? ''] ?? noCard).declines;
    case 'adjust':
      if (held === 0 || captured > 0) return 'There is no open hold.';
      return amount > cardLimit ? 'The card does not pay that much.' : undefined;
    case 'capture':
      return amount > held ? 'That much is not held.' : undefined;
    case 'refund':
      return amount > captured - refunded ? 'That much was not taken.' : undefined;
    case 'void':
      return undefined;
  }
}

/** What the order's requests have come to. */
export function booksOf(log: readonly Entry[]): Books {
  const empty: Books = { card: {}, held: 0, captured: 0, voided: 0, refunded: 0, closed: false };
  return log.filter(({ outcome }) => outcome === 'done').reduce(enter, empty);
}

function enter(books: Books, { operation, amount, token }: Entry): Books {
  switch (operation) {
    case 'authorize':
      return { ...books, held: amount, card: cards[token ?? ''] ?? noCard };
    case 'adjust':
      return { ...books, held: amount };
    case 'capture':
      return { ...books, held: books.held - amount, captured: books.captured + amount };
    case 'void':
      return { ...books, held: 0, voided: amount, closed: true };
    case 'refund':
      return { ...books, refunded: books.refunded + amount };
  }
}
