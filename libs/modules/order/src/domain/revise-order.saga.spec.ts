import {
  AdjustPayment,
  PaymentAdjusted,
  PaymentAdjustmentDeclined,
  PaymentCancelled,
  ReviseTicket,
  TicketRevised,
  TicketRevisionRefused,
} from '@thali/contracts';
import { given, timeIsUp, type Happening } from '@thali/kit/saga/testing';
import { aMeal, euros, orderId } from '../../testing/orders';
import { reviseOrderSaga } from './revise-order.saga';

const revision = 4;
const lines = [aMeal({ quantity: 3 })] as [ReturnType<typeof aMeal>];
const [total, oldTotal] = [euros(2_550), euros(1_700)];

const adjusted = PaymentAdjusted({ orderId, revision, amount: total });
const changedBack = PaymentAdjusted({ orderId, revision: revision + 1, amount: oldTotal });
const declined = PaymentAdjustmentDeclined({ orderId, revision, reason: 'No funds.' });
const agreed = TicketRevised({ orderId, revision, agreed: { lines, total } });
const tooLate = TicketRevisionRefused({ orderId, revision, reason: 'The kitchen has already begun to cook.' });
const orderCancelled = PaymentCancelled({ orderId, voided: oldTotal, refunded: null, kept: null });
const changeBack = AdjustPayment({ orderId, revision: revision + 1, amount: oldTotal });
const refuse = (reason: string) => ({ type: 'RefuseRevision' as const, reason });

const aRevisionThatHeard = (...past: Happening[]) =>
  given(reviseOrderSaga(1_000), { orderId, revision, lines, total, oldTotal }, ...past);

describe('a customer who changes a confirmed order', () => {
  it('needs the bank first, for the new amount', () => {
    aRevisionThatHeard().then(AdjustPayment({ orderId, revision, amount: total }));
  });

  it('needs the kitchen next', () => {
    aRevisionThatHeard(adjusted).then(ReviseTicket({ orderId, revision, lines, total }));
  });

  it('has changed it when both agree', () => {
    aRevisionThatHeard(adjusted).when(agreed).then({ type: 'Revise', revision, lines, total }).endsAs('completed');
  });

  it('keeps the order as it was when the bank does not agree', () => {
    aRevisionThatHeard().when(declined).then(refuse('Your bank did not agree to the new amount.')).endsAs('undone');
  });

  it('gets the old amount back, and the kitchen’s reason, when the kitchen does not agree', () => {
    const changingBack = aRevisionThatHeard(adjusted, tooLate);
    changingBack.then(changeBack);
    changingBack.when(changedBack).then(refuse('The kitchen has already begun to cook.')).endsAs('undone');
  });

  it('gets the old amount back when the bank does not answer: it may have agreed', () => {
    aRevisionThatHeard().when(timeIsUp).then(changeBack);
  });

  it('needs a person when the kitchen does not answer: nobody knows what it cooks', () => {
    const why =
      "The kitchen did not say whether it can change it. But 'ask the kitchen to change it' cannot be undone.";
    aRevisionThatHeard(adjusted).when(timeIsUp).callsForHelp(why);
  });
});

describe('a customer who changes a confirmed order to something cheaper', () => {
  const cheaper = euros(850);
  const aCheaperOrderThatHeard = (...past: Happening[]) =>
    given(reviseOrderSaga(1_000), { orderId, revision, lines, total: cheaper, oldTotal }, ...past);
  const holdLess = AdjustPayment({ orderId, revision, amount: cheaper });

  it('needs the kitchen first: it may still be owed the old amount', () => {
    aCheaperOrderThatHeard().then(ReviseTicket({ orderId, revision, lines, total: cheaper }));
  });

  it('has less held as soon as the kitchen agrees', () => {
    aCheaperOrderThatHeard().when(agreed).then({ type: 'Revise', revision, lines, total: cheaper }, holdLess);
  });

  it('keeps the hold as it was when the kitchen does not agree', () => {
    aCheaperOrderThatHeard().when(tooLate).then(refuse('The kitchen has already begun to cook.')).endsAs('undone');
  });

  it.each([
    ['holds less', PaymentAdjusted({ orderId, revision, amount: cheaper })],
    ['does not', declined],
    ['holds nothing any more', orderCancelled],
  ])('has changed it, and the bank %s', (_, answer) => {
    aCheaperOrderThatHeard(agreed).when(answer).endsAs('completed');
  });
});

describe('a revision of an order that is cancelled meanwhile', () => {
  it('is refused at once while the bank is asked', () => {
    aRevisionThatHeard().when(orderCancelled).then(refuse('The order was cancelled.')).endsAs('undone');
  });

  it('has nothing left to change back', () => {
    aRevisionThatHeard(adjusted, tooLate).when(orderCancelled).endsAs('undone');
  });
});

describe('what was said about an earlier revision of the same order', () => {
  const earlier = revision - 2;

  it.each([
    ['the bank agreed to it', PaymentAdjusted({ orderId, revision: earlier, amount: total })],
    ['the bank changed it back', PaymentAdjusted({ orderId, revision: earlier + 1, amount: oldTotal })],
    ['the bank declined it', PaymentAdjustmentDeclined({ orderId, revision: earlier, reason: 'No funds.' })],
  ])('is no answer to this one: %s', (_, message) => {
    aRevisionThatHeard().when(message).thenNothing();
  });

  it('is no answer to this one: the kitchen agreed to it', () => {
    aRevisionThatHeard(adjusted)
      .when(TicketRevised({ orderId, revision: earlier, agreed: { lines, total } }))
      .thenNothing();
  });
});

describe('the bank agreeing late', () => {
  it('is not taken for its having changed back', () => {
    aRevisionThatHeard(timeIsUp).when(adjusted).thenNothing();
  });
});
