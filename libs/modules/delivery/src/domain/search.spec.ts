import { requestDelivery, type Delivery } from './delivery';
import { acceptOffer, declineOffer, expireOffer, isOpen, lookAgain, type Offer } from './search';

const noon = new Date('2026-11-21T12:00:00Z');
const beforeNoon = new Date('2026-11-21T11:59:59Z');
const afterNoon = new Date('2026-11-21T12:00:01Z');

const mira = { courierId: 'cou_mira', name: 'Mira', autopilot: false };
const jonas = { courierId: 'cou_jonas', name: 'Jonas', autopilot: false };

const route = {
  pickUpAt: { name: 'Saravana', location: { lat: 52.52, lon: 13.4 } },
  deliverTo: { address: 'Torstr. 1', location: { lat: 52.53, lon: 13.41 } },
};
const searching: Delivery = requestDelivery({ orderId: 'ord_1', deliveryId: 'dlv_1', route, searchUntil: noon });
const waiting: Delivery = { ...searching, waiting: true };
const offerToMira: Offer = { offerId: 'ofr_1', courier: mira, status: 'open', expiresAt: noon };

describe('an offer', () => {
  it('makes the courier who accepts it the one who delivers the order', () => {
    expect(acceptOffer(searching, offerToMira, beforeNoon)).toEqual([{ type: 'Assigned', courier: mira }]);
  });

  it('accepted again changes nothing', () => {
    const assigned: Delivery = { ...searching, status: 'assigned', courier: mira };
    expect(acceptOffer(assigned, { ...offerToMira, status: 'accepted' }, beforeNoon)).toEqual([]);
  });

  it('accepted once does not win the order back after it was given to another courier', () => {
    const reassigned: Delivery = { ...searching, status: 'assigned', courier: jonas };
    const accept = () => acceptOffer(reassigned, { ...offerToMira, status: 'accepted' }, beforeNoon);
    expect(accept).toThrow('This offer was accepted already');
  });

  it.each([
    ['declined', 'delivery.offer-declined'],
    ['expired', 'delivery.offer-expired'],
    ['withdrawn', 'delivery.offer-withdrawn'],
  ] as const)('that was %s cannot be accepted', (status, code) => {
    const accept = () => acceptOffer(searching, { ...offerToMira, status }, beforeNoon);
    expect(accept).toThrow(expect.objectContaining({ code, kind: 'conflict' }));
  });

  it('can be answered until its time is up, and not at that moment', () => {
    expect(isOpen(offerToMira, beforeNoon)).toBe(true);
    expect(isOpen(offerToMira, noon)).toBe(false);
    expect(() => acceptOffer(searching, offerToMira, noon)).toThrow(
      expect.objectContaining({ code: 'delivery.offer-expired' }),
    );
  });

  it('declined leaves the order searching', () => {
    expect(declineOffer(searching, offerToMira, beforeNoon)).toEqual([{ type: 'OfferDeclined' }]);
  });

  it('declined when the search is over ends the search', () => {
    const late = { ...offerToMira, expiresAt: afterNoon };
    expect(declineOffer(searching, late, noon).map(({ type }) => type)).toEqual(['OfferDeclined', 'SearchEnded']);
  });

  it('declined again changes nothing', () => {
    expect(declineOffer(searching, { ...offerToMira, status: 'declined' }, beforeNoon)).toEqual([]);
  });

  it('that was accepted cannot be declined', () => {
    const decline = () => declineOffer(searching, { ...offerToMira, status: 'accepted' }, beforeNoon);
    expect(decline).toThrow(expect.objectContaining({ code: 'delivery.offer-accepted' }));
  });

  it('expires when its timer says so, whatever this process takes the time to be', () => {
    expect(expireOffer(searching, offerToMira, beforeNoon)).toEqual([{ type: 'OfferExpired' }]);
  });

  it.each(['accepted', 'declined', 'withdrawn'] as const)('that was %s does not expire', (status) => {
    expect(expireOffer(searching, { ...offerToMira, status }, afterNoon)).toEqual([]);
  });
});

describe('a search', () => {
  it('goes on when no courier was free and there is time left', () => {
    expect(lookAgain(waiting, beforeNoon)).toEqual([{ type: 'SearchResumed' }]);
  });

  it('ends with a reason that a customer understands when its time is up', () => {
    expect(lookAgain(waiting, noon)).toEqual([
      { type: 'SearchEnded', reason: 'No courier was free to deliver the order.' },
    ]);
  });

  it('does not look for a second courier while one is being asked', () => {
    expect(lookAgain(searching, afterNoon)).toEqual([]);
  });
});
