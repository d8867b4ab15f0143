import {
  AdjustPayment,
  PaymentAdjusted,
  PaymentAdjustmentDeclined,
  PaymentCancelled,
  ReviseTicket,
  TicketRevised,
  TicketRevisionRefused,
  type Money,
  type OrderId,
  type OrderLine,
} from '@thali/contracts';
import { isA, type Draft } from '@thali/kit/core';
import { defineSaga, type SagaDefinition } from '@thali/kit/saga';
import type { OrderCommand } from './order';

/** What a revision remembers. */
export interface Revision {
  orderId: OrderId;
  /** Grows with each revision of an order; an undo is the next number, so that it always wins. */
  revision: number;
  lines: OrderLine[];
  total: Money;
  oldTotal: Money;
}

/**
 * A customer changes a confirmed order, while the kitchen may begin to cook. Never is less held than the kitchen may still be owed: more
 * is held before it is asked, less after it has agreed.
 */
export const reviseOrderSaga = (withinMs: number): SagaDefinition<Revision, OrderCommand> =>
  defineSaga<Revision, OrderCommand>({
    name: 'order.revise-order',
    version: 1,
    steps: [
      {
        name: 'hold the new amount',
        when: ({ total, oldTotal }) => total.amount > oldTotal.amount,
        send: ({ orderId, revision, total }) => AdjustPayment({ orderId, revision, amount: total }),
        done: [PaymentAdjusted],
        failed: [PaymentAdjustmentDeclined, PaymentCancelled],
        withinMs,
        failureReason: (_, answer) =>
          answer && isA(answer, PaymentCancelled)
            ? 'The order was cancelled.'
            : 'Your bank did not agree to the new amount.',
        undo: {
          send: ({ orderId, revision, oldTotal }) =>
            AdjustPayment({ orderId, revision: revision + 1, amount: oldTotal }),
          // Whatever the bank says: of what is held, no more will be taken than what is due.
          done: [PaymentAdjusted, PaymentAdjustmentDeclined, PaymentCancelled],
        },
        isAnswer: ({ revision }, answer, undoing) =>
          isA(answer, PaymentCancelled) || revisionOf(answer) === (undoing ? revision + 1 : revision),
      },
      {
        name: 'ask the kitchen to change it',
        send: ({ orderId, revision, lines, total }) =>
          ReviseTicket({ orderId, revision, lines: lines as [OrderLine, ...OrderLine[]], total }),
        done: [TicketRevised],
        then: ({ revision, lines, total }) => ({ localCommand: { type: 'Revise', revision, lines, total } }),
        failed: [TicketRevisionRefused],
        // The kitchen answers at once or never heard of it: only its answer says which, so a late one is worth an operator's look.
        withinMs,
        failureReason: (_, answer) =>
          answer && isA(answer, TicketRevisionRefused)
            ? answer.data.reason
            : 'The kitchen did not say whether it can change it.',
        undo: 'impossible',
        isAnswer: ({ revision }, answer) => revisionOf(answer) === revision,
      },
      {
        name: 'hold less',
        when: ({ total, oldTotal }) => total.amount < oldTotal.amount,
        send: ({ orderId, revision, total }) => AdjustPayment({ orderId, revision, amount: total }),
        done: [PaymentAdjusted, PaymentAdjustmentDeclined, PaymentCancelled],
        failed: [],
        withinMs,
        failureReason: () => 'The bank did not say whether it holds less.',
        undo: 'impossible',
        isAnswer: ({ revision }, answer) => isA(answer, PaymentCancelled) || revisionOf(answer) === revision,
      },
    ],
    undone: (_, reason) => ({ type: 'RefuseRevision', reason }),
    undoWithinMs: withinMs,
  });

function revisionOf({ data }: Draft): number {
  return (data as { revision: number }).revision;
}
