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
  type Bill,
  type Location,
  type Money,
  type OrderLine,
} from '@thali/contracts';
import { isA, type DataOf, type Draft } from '@thali/kit/core';
import { defineSaga, type Consequence, type SagaDefinition } from '@thali/kit/saga';
import type { OrderCommand, Placed } from './order';

/** What the fulfilment of an order remembers. */
export interface Fulfilment extends Omit<Placed, 'placedAt'> {
  restaurantLocation: Location;
  /** The customer's payment token, sealed for the payment module; empty once the money is held. */
  sealedToken: string;
  /** What is kept of the money if the customer calls off a meal that is being cooked. */
  fee: Money | null;
  /** How the delivery ended, once it has. */
  deliveryOutcome: { delivered: true } | { delivered: false; reason: string } | null;
}

/** How long each step may take, in milliseconds. */
export interface TimeLimits {
  holdMoney: number;
  askKitchen: number;
  findCourier: number;
  cook: number;
  pickUp: number;
  takeMoney: number;
  bring: number;
  undo: number;
}

/** From "I'm hungry" to "enjoy your meal". Steps run top to bottom; a failure runs `undo` bottom to top. */
export const fulfilOrder = (within: TimeLimits): SagaDefinition<Fulfilment, OrderCommand> =>
  defineSaga<Fulfilment, OrderCommand>({
    name: 'order.fulfil-order',
    version: 1,
    steps: [
      {
        name: 'hold the money',
        send: ({ orderId, customerId, restaurantId, total, sealedToken }) =>
          AuthorizePayment({ orderId, customerId, restaurantId, amount: total, sealedToken }),
        done: [PaymentAuthorized],
        then: (order) => ({ data: { ...order, sealedToken: '' } }),
        failed: [PaymentDeclined],
        withinMs: within.holdMoney,
        failureReason: (_, answer) =>
          answer ? `Your payment was declined: ${reasonOf(answer)}` : 'Your bank did not answer in time.',
        // Voids what is held, refunds what was taken, and keeps the fee: one command for whatever was or may have been done.
        undo: {
          send: ({ orderId, fee }, reason) => CancelPayment({ orderId, keep: fee, reason }),
          done: [PaymentCancelled],
          // What was kept counts, not what we wanted to keep: a card may have been closed meanwhile.
          onCompensated: (order, answer) =>
            isA(answer, PaymentCancelled) ? { ...order, fee: answer.data.kept } : order,
        },
      },
      {
        name: 'ask the kitchen',
        send: ({ orderId, restaurantId, menuVersion, lines }) =>
          OpenTicket({ orderId, restaurantId, menuVersion, lines: lines as [OrderLine, ...OrderLine[]] }),
        done: [TicketAccepted],
        failed: [TicketRejected],
        withinMs: within.askKitchen,
        failureReason: (_, answer) =>
          answer
            ? `The restaurant cannot make your order: ${reasonOf(answer)}`
            : 'The restaurant did not answer in time.',
        undo: { send: ({ orderId }, reason) => CancelTicket({ orderId, reason }), done: [TicketCancelled] },
      },
      {
        name: 'find a courier',
        send: ({ orderId, restaurantName, restaurantLocation, deliverTo }) =>
          RequestDelivery({ orderId, pickUpAt: { name: restaurantName, location: restaurantLocation }, deliverTo }),
        done: [CourierAssigned],
        then: () => ({ localCommand: { type: 'Confirm' } }),
        failed: [NoCourierFound],
        withinMs: within.findCourier,
        failureReason: noCourier,
        undo: {
          // A delivered meal cannot be called off.
          send: ({ orderId, deliveryOutcome }, reason) =>
            deliveryOutcome?.delivered ? 'impossible' : CancelDelivery({ orderId, reason }),
          done: [DeliveryCancelled],
          // The courier may have been quicker than the cancellation: a customer who has the meal pays for it.
          tooLate: {
            since: 'hand it to the courier',
            news: [DeliveryDelivered],
            then: (order) => ({
              data: { ...order, fee: null, deliveryOutcome: { delivered: true } },
              localCommand: { type: 'PickUp' },
            }),
          },
        },
      },
      {
        name: 'cook the meal',
        send: ({ orderId }) => ConfirmTicket({ orderId }),
        interim: {
          news: [TicketPreparing, TicketRevised],
          onInterim: (order, news) =>
            isA(news, TicketRevised) ? revised(order, news.data) : { localCommand: { type: 'BeginPreparation' } },
        },
        done: [TicketReady],
        then: () => ({ localCommand: { type: 'MakeReady' } }),
        failed: [NoCourierFound],
        withinMs: within.cook,
        failureReason: (_, answer) => (answer ? noCourier() : 'The kitchen did not finish your order in time.'),
        undo: 'nothing', // Cancelling the ticket covers it.
      },
      {
        name: 'hand it to the courier',
        send: ({ orderId }) => CollectMeal({ orderId }),
        done: [DeliveryPickedUp],
        then: () => ({ localCommand: { type: 'PickUp' } }),
        failed: [NoCourierFound],
        withinMs: within.pickUp,
        failureReason: (_, answer) => (answer ? noCourier() : 'No courier picked your order up in time.'),
        undo: 'nothing', // Cancelling the delivery covers it.
      },
      {
        name: 'take the money',
        send: ({ orderId, total, lines }) => CapturePayment({ orderId, amount: total, bill: billOf(lines) }),
        done: [PaymentCaptured],
        failed: [PaymentCaptureFailed],
        // A quick courier may be there before the provider has answered.
        interim: { news: [DeliveryDelivered, DeliveryFailed], onInterim: deliveryOver },
        withinMs: within.takeMoney,
        failureReason: (_, answer) =>
          answer ? `The payment could not be taken: ${reasonOf(answer)}` : 'The payment was not taken in time.',
        undo: 'impossible', // The courier has the meal: from here there are refunds only.
      },
      {
        name: 'bring it',
        when: ({ deliveryOutcome }) => deliveryOutcome === null,
        send: 'nothing',
        done: [DeliveryDelivered, DeliveryFailed],
        then: deliveryOver,
        failed: [],
        withinMs: within.bring,
        failureReason: () => 'The courier did not bring your order in time.',
        undo: 'impossible',
      },
      {
        name: 'give the money back',
        when: ({ deliveryOutcome }) => deliveryOutcome?.delivered === false,
        send: ({ orderId }) => CancelPayment({ orderId, keep: null, reason: 'the courier could not bring the meal' }),
        done: [PaymentCancelled],
        failed: [],
        withinMs: within.takeMoney,
        failureReason: () => 'The refund was not made in time.',
        undo: 'impossible',
      },
    ],
    completed: ({ deliveryOutcome }) =>
      deliveryOutcome?.delivered === false
        ? {
            type: 'Cancel',
            reason: `The courier could not bring your order (${deliveryOutcome.reason}). You have your money back.`,
            fee: null,
          }
        : { type: 'Deliver' },
    undoing: (_, reason) => ({ type: 'BeginCancellation', reason }),
    undone: ({ fee }, reason) => ({ type: 'Cancel', reason, fee }),
    undoWithinMs: within.undo,
  });

/** The kitchen agrees to a revision before it begins, and this saga hears it before the meal is ready: what is due is known in time. */
function revised(
  order: Fulfilment,
  { revision, agreed }: DataOf<typeof TicketRevised>,
): Consequence<Fulfilment, OrderCommand> {
  return agreed ? { data: { ...order, ...agreed }, localCommand: { type: 'Revise', revision, ...agreed } } : {};
}

function deliveryOver(order: Fulfilment, answer: Draft): { data: Fulfilment } {
  const deliveryOutcome = isA(answer, DeliveryFailed)
    ? { delivered: false as const, reason: answer.data.reason }
    : { delivered: true as const };
  return { data: { ...order, deliveryOutcome: order.deliveryOutcome ?? deliveryOutcome } };
}

/** What the total is made of. */
function billOf(lines: readonly OrderLine[]): Bill {
  return { lines: [...lines], tax: 0, taxIncluded: false, deliveryFee: 0, tip: 0 };
}

function noCourier(): string {
  return 'No courier was free to bring your order.';
}

function reasonOf(answer: Draft): string {
  return (answer.data as { reason: string }).reason;
}
