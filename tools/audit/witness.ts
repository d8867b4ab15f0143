/** What the customers of a run remember: the only source of the audit outside the databases. */
export interface Witness {
  /** Every order that somebody tried to place, whatever became of it. */
  readonly intentions: readonly Intention[];
}

/** A customer's wish for a meal: one Idempotency-Key, however often it was sent. */
export interface Intention {
  readonly key: string;
  readonly customerId: string;
  readonly asked: Asked;
  /** What came back for this key and this wish, in order. */
  readonly answers: readonly Answer[];
  /** The statuses that came back for this key with another wish. */
  readonly misuses: readonly number[];
  /** What this customer read about the order, in order; a status code where it was not found. */
  readonly reads: readonly (Read | { readonly missing: number })[];
}

export interface Asked {
  readonly restaurantId: string;
  readonly lines: readonly {
    readonly itemId: string;
    readonly quantity: number;
    readonly modifierIds?: readonly string[];
  }[];
  readonly deliverTo: { readonly address: string; readonly location: { readonly lat: number; readonly lon: number } };
}

/** An answer to `POST /orders`; without a status when none came, so that nobody knows what became of the request. */
export interface Answer {
  readonly status: number | undefined;
  readonly orderId?: string;
  readonly body?: unknown;
}

export interface Read {
  readonly status: string;
  readonly version: number;
}

/** The order that was acknowledged, if any. */
export function acknowledged({ answers }: Intention): string | undefined {
  return answers.find(({ status }) => status === 202)?.orderId;
}
