import type { AnyMessageType, Question } from '@thali/kit/core';
import {
  CancelDelivery,
  CollectMeal,
  CourierAssigned,
  DeliveryCancelled,
  DeliveryDelivered,
  DeliveryFailed,
  DeliveryOfOrder,
  DeliveryPickedUp,
  NoCourierFound,
  RequestDelivery,
} from './delivery';
import { DeliveryHistory, PaymentHistory, RestaurantHistory } from './history';
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
  PaymentExpiring,
  PaymentInDoubt,
  PaymentOfOrder,
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
  TicketOfOrder,
  TicketPreparing,
  TicketReady,
  TicketRejected,
  TicketRevised,
  TicketRevisionRefused,
} from './restaurant';

/** What the other modules, and the processes around them, have to know of a module. */
interface ModuleEntry {
  /** The beginnings of the HTTP paths that it answers. */
  readonly paths: readonly string[];
  /** The messages that it handles: commands that it obeys, and events of the others. */
  readonly listensTo: readonly AnyMessageType[];
  /** The commands that it sends to the others. */
  readonly sends?: readonly AnyMessageType[];
  /** The questions that it asks of the others. */
  readonly asks?: readonly Question[];
}

/**
 * The modules of the system and all edges between them, said once. Gateway, processes, tools and tests derive from it, and tests compare it
 * with what the modules really do. A module's name is also that of its folder, its service, its schema, its login role, and the first word of
 * its messages; its database is `THALI_<NAME>_DATABASE_URL`. New modules go to the end: ports are counted in this order.
 */
const entries = {
  order: {
    paths: ['/orders', '/quotes', '/customers'],
    listensTo: [
      PaymentAuthorized,
      PaymentDeclined,
      PaymentExpiring,
      PaymentInDoubt,
      PaymentCaptured,
      PaymentCaptureFailed,
      PaymentCancelled,
      PaymentRefunded,
      PaymentAdjusted,
      PaymentAdjustmentDeclined,
      MenuPublished,
      ItemAvailabilityChanged,
      OpeningChanged,
      TicketAccepted,
      TicketRejected,
      TicketDelayed,
      TicketPreparing,
      TicketReady,
      TicketCancelled,
      TicketRevised,
      TicketRevisionRefused,
      CourierAssigned,
      NoCourierFound,
      DeliveryPickedUp,
      DeliveryDelivered,
      DeliveryFailed,
      DeliveryCancelled,
    ],
    sends: [
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
    asks: [PaymentOfOrder, TicketOfOrder, DeliveryOfOrder, PaymentHistory, RestaurantHistory, DeliveryHistory],
  },
  payment: {
    paths: ['/payments'],
    listensTo: [AuthorizePayment, CapturePayment, CancelPayment, AdjustPayment, DeliveryDelivered],
  },
  restaurant: {
    paths: ['/restaurants', '/tickets'],
    listensTo: [OpenTicket, ConfirmTicket, CancelTicket, ReviseTicket],
  },
  delivery: {
    paths: ['/couriers', '/offers', '/deliveries'],
    listensTo: [RequestDelivery, CollectMeal, CancelDelivery],
  },
} satisfies Readonly<Record<string, ModuleEntry>>;

export type ModuleName = keyof typeof entries;

export const system: Readonly<Record<ModuleName, ModuleEntry>> = entries;

export const moduleNames = Object.keys(system) as readonly ModuleName[];

/** What has a process and a database of its own: the modules, and the bank that payment deals with. */
export const databaseOwners = [...moduleNames, 'bank'] as const;
export type DatabaseOwner = (typeof databaseOwners)[number];

/** By module, what it handles of what the others send: a process sends it these over the wire where it does not host the module. */
export const listeners = byModule(({ listensTo }) => listensTo);

/** By module, the beginnings of the HTTP paths that it answers. */
export const httpPaths = byModule(({ paths }) => paths);

function byModule<T>(of: (entry: ModuleEntry) => T): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(system).map(([name, entry]) => [name, of(entry)]));
}
