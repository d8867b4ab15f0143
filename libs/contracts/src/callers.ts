import type { AnyMessageType, Question } from '@thali/kit/core';
import { CancelDelivery, CollectMeal, DeliveryOfOrder, RequestDelivery } from './delivery';
import { DeliveryHistory, PaymentHistory, RestaurantHistory } from './history';
import { AdjustPayment, AuthorizePayment, CancelPayment, CapturePayment, PaymentOfOrder } from './payment';
import { CancelTicket, ConfirmTicket, OpenTicket, ReviseTicket, TicketOfOrder } from './restaurant';

/** Who sends which commands to the other modules. With `listeners` and `askers`, all that modules have to do with each other. */
export const senders: Readonly<Record<string, readonly AnyMessageType[]>> = {
  order: [
    AuthorizePayment,
    CapturePayment,
    CancelPayment,
    AdjustPayment,
    OpenTicket,
    ConfirmTicket,
    CancelTicket,
    ReviseTicket,
    RequestDelivery,
    CollectMeal,
    CancelDelivery,
  ],
};

/** Who asks which questions of the other modules. */
export const askers: Readonly<Record<string, readonly Question[]>> = {
  order: [PaymentOfOrder, TicketOfOrder, DeliveryOfOrder, PaymentHistory, RestaurantHistory, DeliveryHistory],
};
