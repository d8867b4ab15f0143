import {
  AuthorizePayment,
  CancelDelivery,
  CancelPayment,
  CancelTicket,
  CapturePayment,
  CollectMeal,
  ConfirmTicket,
  CourierAssigned,
  DeliveryCancelled,
  DeliveryDelivered,
  DeliveryFailed,
  DeliveryPickedUp,
  NoCourierFound,
  OpenTicket,
  PaymentAuthorized,
  PaymentCancelled,
  PaymentCaptureFailed,
  PaymentCaptured,
  PaymentDeclined,
  RequestDelivery,
  TicketAccepted,
  TicketCancelled,
  TicketPreparing,
  TicketReady,
  TicketRejected,
  TicketRevised,
  type OrderLine,
} from '@thali/contracts';
import { abort, given, retry, timeIsUp, type Happening } from '@thali/kit/saga/testing';
import { aFulfilment, aMeal, dinner, euros, orderId, restaurantId, timeLimits } from '../../testing/orders';
import { fulfilOrder, type Fulfilment } from './fulfil-order.saga';

const courier = {
  orderId,
  deliveryId: 'dlv_01h455vb4pex5vsknk084sn02q',
  courierId: 'cou_01h455vb4pex5vsknk084sn02q',
};
const ticket = { orderId, ticketId: 'tkt_01h455vb4pex5vsknk084sn02q' };

const held = PaymentAuthorized({ orderId, paymentId: 'pay_1', amount: dinner.total });
const accepted = TicketAccepted(ticket);
const assigned = CourierAssigned({ ...courier, courierName: 'Asha' });
const ready = TicketReady(ticket);
const pickedUp = DeliveryPickedUp(courier);
const taken = PaymentCaptured({ orderId, amount: dinner.total });
const brought = DeliveryDelivered(courier);
const lost = DeliveryFailed({ ...courier, reason: 'a flat tyre' });
const moneyBack = PaymentCancelled({ orderId, voided: dinner.total, refunded: null, kept: null });
const noCourier = NoCourierFound({ orderId, reason: 'nobody' });

const billOf = (lines: OrderLine[]) => ({ lines, tax: 0, taxIncluded: false, deliveryFee: 0, tip: 0 });

const anOrderThatHeard = (...past: Happening[]) => given(fulfilOrder(timeLimits), aFulfilment(), ...past);
const placed = anOrderThatHeard();
const withMoney = anOrderThatHeard(held);
const withKitchen = anOrderThatHeard(held, accepted);
const withCourier = anOrderThatHeard(held, accepted, assigned);
const withMeal = anOrderThatHeard(held, accepted, assigned, ready);
const onItsWay = anOrderThatHeard(held, accepted, assigned, ready, pickedUp);
const paid = anOrderThatHeard(held, accepted, assigned, ready, pickedUp, taken);

const cancelPayment = (reason: string, keep: Fulfilment['fee'] = null) => CancelPayment({ orderId, keep, reason });
const cancelTicket = (reason: string) => CancelTicket({ orderId, reason });
const cancelDelivery = (reason: string) => CancelDelivery({ orderId, reason });
const begin = (reason: string) => ({ type: 'BeginCancellation' as const, reason });
const end = (reason: string, fee: Fulfilment['fee'] = null) => ({ type: 'Cancel' as const, reason, fee });

describe('an order that goes well', () => {
  it('holds the money first', () => {
    const { customerId, total } = dinner;
    placed.then(AuthorizePayment({ orderId, customerId, restaurantId, amount: total, sealedToken: 'sealed' }));
  });

  it('asks the kitchen once the money is held, with the lines and the menu that they are from', () => {
    withMoney.then(OpenTicket({ orderId, restaurantId, menuVersion: 1, lines: [aMeal()] }));
  });

  it('forgets the card once the money is held', () => {
    expect(withMoney.state.data.sealedToken).toBe('');
  });

  it('looks for a courier once the kitchen has accepted', () => {
    const { restaurantName, deliverTo } = dinner;
    const pickUpAt = { name: restaurantName, location: aFulfilment().restaurantLocation };
    withKitchen.then(RequestDelivery({ orderId, pickUpAt, deliverTo }));
  });

  it('is confirmed, and the kitchen may begin, once a courier has accepted', () => {
    withCourier.then({ type: 'Confirm' }, ConfirmTicket({ orderId }));
  });

  it('is being prepared when the kitchen says so', () => {
    withCourier.when(TicketPreparing(ticket)).then({ type: 'BeginPreparation' }).waitsFor('cook the meal');
  });

  it('lets the courier collect the meal, and not before it is ready', () => {
    withMeal.then({ type: 'MakeReady' }, CollectMeal({ orderId }));
  });

  it('takes the money once the courier has the meal', () => {
    onItsWay.then({ type: 'PickUp' }, CapturePayment({ orderId, amount: dinner.total, bill: billOf(dinner.lines) }));
  });

  it('is changed when the kitchen agrees, and costs what it comes to then', () => {
    const agreed = { lines: [aMeal({ quantity: 3 })] as [OrderLine], total: euros(2_550) };
    const revised = TicketRevised({ orderId, revision: 6, agreed });
    withCourier.when(revised).then({ type: 'Revise', revision: 6, ...agreed });
    anOrderThatHeard(held, accepted, assigned, revised, ready, pickedUp).then(
      { type: 'PickUp' },
      CapturePayment({ orderId, amount: euros(2_550), bill: billOf(agreed.lines) }),
    );
  });

  it('is delivered when it was brought', () => {
    paid.when(brought).then({ type: 'Deliver' }).endsAs('completed');
  });

  it('is delivered even if the courier is faster than the bank', () => {
    onItsWay.and(brought).when(taken).then({ type: 'Deliver' }).endsAs('completed');
  });

  it('does not mind another courier taking over', () => {
    withCourier.when(assigned).thenNothing();
    withMeal.when(assigned).thenNothing();
  });
});

describe('an order that fails before the pick-up', () => {
  it('ends at once when the card is declined: nothing is to be undone', () => {
    const why = 'Your payment was declined: No funds.';
    placed
      .when(PaymentDeclined({ orderId, reason: 'No funds.' }))
      .then(begin(why), end(why))
      .endsAs('undone');
  });

  it('releases what the bank may hold when it does not answer in time', () => {
    const why = 'Your bank did not answer in time.';
    placed.when(timeIsUp).then(begin(why), cancelPayment(why)).waitsFor('hold the money');
  });

  it('gives the money back when the kitchen says no', () => {
    const why = 'The restaurant cannot make your order: No dosa left.';
    withMoney.when(TicketRejected({ orderId, reason: 'No dosa left.' })).then(begin(why), cancelPayment(why));
  });

  it('undoes the step that it was waiting for too when time runs out: it may have happened', () => {
    const why = 'The restaurant did not answer in time.';
    withMoney.when(timeIsUp).then(begin(why), cancelTicket(why)).waitsFor('ask the kitchen');
  });

  it('sends the kitchen home when there is no courier', () => {
    const why = 'No courier was free to bring your order.';
    withKitchen.when(noCourier).then(begin(why), cancelTicket(why));
  });

  it('calls a courier off who may have been found when the search takes too long', () => {
    const why = 'No courier was free to bring your order.';
    withKitchen.when(timeIsUp).then(begin(why), cancelDelivery(why));
  });

  it.each([
    ['the kitchen takes too long', withCourier, timeIsUp, 'The kitchen did not finish your order in time.'],
    [
      'nobody takes over from a courier who gave up',
      withCourier,
      noCourier,
      'No courier was free to bring your order.',
    ],
    ['nobody picks the meal up', withMeal, timeIsUp, 'No courier picked your order up in time.'],
    ['nobody takes over when the meal is ready', withMeal, noCourier, 'No courier was free to bring your order.'],
  ])('undoes everything, in reverse, when %s', (_, order, happening, why) => {
    order.when(happening).then(begin(why), cancelDelivery(why));
    const withoutCourier = order.and(happening).and(DeliveryCancelled({ orderId }));
    withoutCourier.then(cancelTicket(why));
    const withoutKitchen = withoutCourier.and(TicketCancelled({ orderId }));
    withoutKitchen.then(cancelPayment(why));
    withoutKitchen.when(moneyBack).then(end(why)).endsAs('undone');
  });

  it('calls a person when an undo takes too long, and ends by itself when it is done after all', () => {
    const undoing = placed.and(timeIsUp);
    undoing.when(timeIsUp).callsForHelp("'hold the money' is not undone in time");
    undoing.and(timeIsUp).when(moneyBack).then(end('Your bank did not answer in time.'));
  });

  it('ignores the bank saying yes when it is already taking it back', () => {
    placed.and(timeIsUp).when(held).thenNothing();
  });
});

describe('a customer who calls it off', () => {
  const why = 'I am not hungry any more.';

  it.each([
    ['the bank is asked', placed, cancelPayment(why)],
    ['the kitchen is asked', withMoney, cancelTicket(why)],
    ['a courier is searched', withKitchen, cancelDelivery(why)],
    ['the kitchen cooks', withCourier, cancelDelivery(why)],
    ['the meal waits', withMeal, cancelDelivery(why)],
  ])('has everything undone while %s', (_, order, command) => {
    order.when(abort(why)).then(begin(why), command);
  });

  it('pays the fee that was agreed, and gets the rest back', () => {
    const fee = euros(850);
    const data = { ...aFulfilment(), fee };
    const cooking = given(fulfilOrder(timeLimits), data, held, accepted, assigned, abort(why));
    const last = cooking.and(DeliveryCancelled({ orderId })).and(TicketCancelled({ orderId }));
    last.then(cancelPayment(why, fee));
    last.when(PaymentCancelled({ orderId, voided: null, refunded: null, kept: fee })).then(end(why, fee));
  });

  it('pays no fee that could not be taken', () => {
    const data = { ...aFulfilment(), fee: euros(850) };
    const cooking = given(fulfilOrder(timeLimits), data, held, accepted, assigned, abort(why));
    const last = cooking.and(DeliveryCancelled({ orderId })).and(TicketCancelled({ orderId }));
    last.when(moneyBack).then(end(why));
  });
});

describe('an order that was brought before it could be called off', () => {
  const late = 'No courier picked your order up in time.';
  const why = 'I am not hungry any more.';

  it.each([
    ['nobody seemed to pick it up in time', timeIsUp, late],
    ['the customer called it off', abort(why), why],
  ])('is paid for and delivered, though %s', (_, happening, reason) => {
    const tooLate = withMeal.and(happening);
    tooLate.then(begin(reason), cancelDelivery(reason));
    tooLate.when(pickedUp).thenNothing();
    const again = tooLate.and(brought);
    again.then({ type: 'PickUp' }, CapturePayment({ orderId, amount: dinner.total, bill: billOf(dinner.lines) }));
    again.when(DeliveryCancelled({ orderId })).thenNothing();
    again.when(taken).then({ type: 'Deliver' }).endsAs('completed');
    expect(again.state).toMatchObject({ status: 'running', reason: null, data: { fee: null } });
  });

  it('needs a person when the money could not be taken', () => {
    const refused = onItsWay.and(PaymentCaptureFailed({ orderId, reason: 'Card closed.' }));
    const help = refused.when(brought);
    help.then({ type: 'PickUp' });
    expect(help.state.alarm).toBe(
      "The payment could not be taken: Card closed. But 'find a courier' cannot be undone.",
    );
    const mended = refused.and(brought).and(retry);
    mended.then(CapturePayment({ orderId, amount: dinner.total, bill: billOf(dinner.lines) }));
    mended.when(taken).then({ type: 'Deliver' }).endsAs('completed');
  });

  it('is cancelled as ever when the courier was called back in time', () => {
    withMeal.and(abort(why)).when(DeliveryCancelled({ orderId })).then(cancelTicket(why));
  });

  it('pays no fee', () => {
    const data = { ...aFulfilment(), fee: euros(850) };
    const again = given(fulfilOrder(timeLimits), data, held, accepted, assigned, ready, abort(why), brought);
    expect(again.state.data.fee).toBeNull();
  });
});

describe('an order after the pick-up', () => {
  it('is undone when the money cannot be taken: the courier is called back', () => {
    const why = 'The payment could not be taken: Card closed.';
    onItsWay.when(PaymentCaptureFailed({ orderId, reason: 'Card closed.' })).then(begin(why), cancelDelivery(why));
  });

  it('needs a person when the money cannot be taken for a meal that was brought', () => {
    onItsWay
      .and(brought)
      .when(PaymentCaptureFailed({ orderId, reason: 'Card closed.' }))
      .callsForHelp("The payment could not be taken: Card closed. But 'find a courier' cannot be undone.");
  });

  it('is undone when neither the meal nor the money got anywhere', () => {
    const failed = onItsWay.and(lost).and(PaymentCaptureFailed({ orderId, reason: 'Card closed.' }));
    failed.and(DeliveryCancelled({ orderId })).and(TicketCancelled({ orderId })).when(moneyBack).endsAs('undone');
  });

  it('needs a person when nobody knows whether the money was taken', () => {
    onItsWay.when(timeIsUp).callsForHelp("The payment was not taken in time. But 'take the money' cannot be undone.");
  });

  it('goes on by itself when the bank answers after all', () => {
    onItsWay.and(timeIsUp).when(taken).waitsFor('bring it');
  });

  it('needs a person when the courier does not arrive', () => {
    paid
      .when(timeIsUp)
      .callsForHelp("The courier did not bring your order in time. But 'take the money' cannot be undone.");
  });

  it.each([
    ['when the courier could not bring it', paid.and(lost)],
    ['when the courier had failed before the bank answered', onItsWay.and(lost).and(taken)],
  ])('gives the money back %s', (_, order) => {
    order.then(CancelPayment({ orderId, keep: null, reason: 'the courier could not bring the meal' }));
    order
      .when(moneyBack)
      .then(end('The courier could not bring your order (a flat tyre). You have your money back.'))
      .endsAs('completed');
  });
});
