import { idOf } from '@thali/kit/core';
import type { Courier, Delivery, DeliveryEvent } from './delivery';
import { offerClosed } from './errors';

export const OfferId = idOf('ofr');

/** A courier is asked to deliver an order. An offer is answered once, within a limited time. */
export interface Offer {
  readonly offerId: string;
  readonly courier: Courier;
  readonly status: 'open' | 'accepted' | 'declined' | 'expired' | 'withdrawn';
  readonly expiresAt: Date;
}

/** @throws {DomainError} `delivery.offer-…` (conflict) when the offer does not stand any more. */
export function acceptOffer(delivery: Delivery, offer: Offer, now: Date): DeliveryEvent[] {
  const isTheirs = delivery.courier?.courierId === offer.courier.courierId;
  if (offer.status === 'accepted' && isTheirs) return [];
  refuseUnlessOpen(offer, now);
  return [{ type: 'Assigned', courier: offer.courier }];
}

/** @throws {DomainError} `delivery.offer-…` (conflict) when the offer was answered otherwise or does not stand any more. */
export function declineOffer(delivery: Delivery, offer: Offer, now: Date): DeliveryEvent[] {
  if (offer.status === 'declined') return [];
  refuseUnlessOpen(offer, now);
  return [{ type: 'OfferDeclined' }, ...endIfOver(delivery, now)];
}

/** The offer's time is up. Nothing happens to one that was answered or withdrawn before. */
export function expireOffer(delivery: Delivery, offer: Offer, now: Date): DeliveryEvent[] {
  return offer.status === 'open' ? [{ type: 'OfferExpired' }, ...endIfOver(delivery, now)] : [];
}

/** It is time to see whether a courier is free now. Nothing happens when one is being asked already. */
export function lookAgain(delivery: Delivery, now: Date): DeliveryEvent[] {
  if (!delivery.waiting) return [];
  const [ended] = endIfOver(delivery, now);
  return [ended ?? { type: 'SearchResumed' }];
}

function endIfOver({ searchUntil }: Delivery, now: Date): DeliveryEvent[] {
  return now >= searchUntil ? [{ type: 'SearchEnded', reason: 'No courier was free to deliver the order.' }] : [];
}

/** Whether it can still be answered. */
export function isOpen({ status, expiresAt }: Offer, now: Date): boolean {
  return status === 'open' && now < expiresAt;
}

function refuseUnlessOpen(offer: Offer, now: Date): void {
  if (!isOpen(offer, now)) throw offerClosed(offer.status === 'open' ? 'expired' : offer.status);
}
