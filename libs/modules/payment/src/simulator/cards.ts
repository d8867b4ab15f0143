/** How the simulated provider behaves for one card. */
export interface Card {
  /** Why a hold is refused; absent when it is granted. */
  readonly declines?: string;
  /** What is refused later on, and why. */
  readonly refuses?: { readonly operation: 'capture' | 'refund'; readonly reason: string };
  /** How a request for a hold is answered; by default at once, and once. */
  readonly answers?: 'late' | 'twice' | 'never' | 'only when asked' | 'never, having lost it';
}

/** The cards to play with, by token. */
export const cards: Readonly<Record<string, Card>> = {
  tok_visa: {},
  tok_declined: { declines: 'The card was declined.' },
  tok_late: { answers: 'late' },
  tok_twice: { answers: 'twice' },
  tok_no_answer: { answers: 'never' },
  tok_answer_lost: { answers: 'only when asked' },
  tok_lost: { answers: 'never, having lost it' },
  tok_no_capture: { refuses: { operation: 'capture', reason: 'The card was closed meanwhile.' } },
  tok_no_refund: { refuses: { operation: 'refund', reason: 'The card was closed meanwhile.' } },
};

export const noCard: Card = { declines: 'There is no such card.' };

/** No card pays more than this, in the minor unit. */
export const cardLimit = 10_000_000;
