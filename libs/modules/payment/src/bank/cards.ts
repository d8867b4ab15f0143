/** How the bank behaves for one card. */
export interface Card {
  /** Why a hold is refused; absent when it is granted. */
  readonly declines?: string;
  /** Why a hold is refused that the bank is asked for without the customer. */
  readonly declinesLater?: string;
  /** What is refused later on, and why. */
  readonly refuses?: { readonly operation: 'increase' | 'capture' | 'refund'; readonly reason: string };
  /** Whether a hold can be increased. */
  readonly increasable?: boolean;
  /** The first hold ends after seconds instead of days. */
  readonly endsSoon?: boolean;
  /** The cardholder disputes what was taken. */
  readonly disputes?: boolean;
  /** How a request for a hold is answered; by default at once, and once. */
  readonly answers?: 'late' | 'twice' | 'never' | 'only when asked' | 'never, having lost it';
}

/** The cards to play with, by token. */
const byToken: Readonly<Record<string, Card>> = {
  tok_visa: { increasable: true },
  tok_mastercard: {},
  tok_declined: { declines: 'The card was declined.' },
  tok_late: { answers: 'late' },
  tok_twice: { answers: 'twice' },
  tok_no_answer: { answers: 'never' },
  tok_answer_lost: { answers: 'only when asked' },
  tok_lost: { answers: 'never, having lost it' },
  tok_no_increase: {
    increasable: true,
    refuses: { operation: 'increase', reason: 'The card does not pay more.' },
  },
  tok_no_second_hold: { declinesLater: 'The card does not pay a second time.' },
  tok_no_capture: { refuses: { operation: 'capture', reason: 'The card was closed meanwhile.' } },
  tok_no_refund: { refuses: { operation: 'refund', reason: 'The card was closed meanwhile.' } },
  tok_short_hold: { endsSoon: true },
  tok_expiring: { endsSoon: true, declinesLater: 'The card has expired.' },
  tok_dispute: { disputes: true },
};

/** The names that Stripe's own test cards have. */
const aliases: Readonly<Record<string, string>> = {
  pm_card_visa: 'tok_visa',
  pm_card_mastercard: 'tok_mastercard',
  tok_chargeDeclined: 'tok_declined',
  tok_visa_chargeDeclined: 'tok_declined',
  pm_card_visa_chargeDeclined: 'tok_declined',
  tok_createDispute: 'tok_dispute',
  pm_card_createDispute: 'tok_dispute',
};

const noCard: Card = { declines: 'There is no such card.' };

/** No card pays more than this, in the minor unit. */
export const cardLimit = 10_000_000;

/** The card behind a token, or behind the payment method that was made of it. */
export function cardOf(token: string | null): Card {
  return byToken[tokenOf(token)] ?? noCard;
}

/** Payment methods are called after the token that they were made of. */
export function methodOf(token: string): string {
  return token.startsWith('pm_') ? token : `pm_${token}`;
}

function tokenOf(name: string | null): string {
  const own = name?.replace(/^pm_(?=tok_)/, '') ?? '';
  return aliases[own] ?? own;
}
