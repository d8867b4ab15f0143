import type { AnyMessageType } from '@thali/kit/core';
import {
  CancelDelivery,
  CollectMeal,
  CourierAssigned,
  DeliveryCancelled,
  DeliveryDelivered,
  DeliveryFailed,
  DeliveryPickedUp,
  NoCourierFound,
  RequestDelivery,
} from './delivery';
import {
  AdjustPayment,
  AuthorizePayment,
  CancelPayment,
  CapturePayment,
  PaymentAdjusted,
  PaymentAdjustmentDeclined,
  PaymentAuthorized,
  PaymentCancelled,
  PaymentCaptureFailed,
  PaymentCaptured,
  PaymentDeclined,
  PaymentInDoubt,
  PaymentRefunded,
} from './payment';
import {
  CancelTicket,
  ConfirmTicket,
  ItemAvailabilityChanged,
  MenuPublished,
  OpenTicket,
  OpeningChanged,
  ReviseTicket,
  TicketAccepted,
  TicketCancelled,
  TicketDelayed,
  TicketPreparing,
  TicketReady,
  TicketRejected,
  TicketRevised,
  TicketRevisionRefused,
} from './restaurant';

/**
 * Who listens to what of the other modules: the edges of the system. A process that does not host the listener sends it these over the wire;
 * a test compares them with what the modules really subscribe to.
 */
export const listeners: Readonly<Record<string, readonly AnyMessageType[]>> = {
  order: [
    ...[PaymentAuthorized, PaymentDeclined, PaymentInDoubt, PaymentCaptured, PaymentCaptureFailed, PaymentCancelled],
    ...[PaymentRefunded, PaymentAdjusted, PaymentAdjustmentDeclined],
    ...[MenuPublished, ItemAvailabilityChanged, OpeningChanged],
    ...[TicketAccepted, TicketRejected, TicketDelayed, TicketPreparing, TicketReady, TicketCancelled, TicketRevised, TicketRevisionRefused],
    ...[CourierAssigned, NoCourierFound, DeliveryPickedUp, DeliveryDelivered, DeliveryFailed, DeliveryCancelled],
  ],
  payment: [AuthorizePayment, CapturePayment, CancelPayment, AdjustPayment, DeliveryDelivered],
  restaurant: [OpenTicket, ConfirmTicket, CancelTicket, ReviseTicket],
  delivery: [RequestDelivery, CollectMeal, CancelDelivery],
};
