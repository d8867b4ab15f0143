import { DeliverySettings } from './settings';

const aWhile = 'a whole number of milliseconds from 1 to 2147483647';

describe('the settings of the delivery module', () => {
  it('need nothing to be set', () => {
    expect(DeliverySettings.from({})).toMatchObject({
      offerWithinMs: 15_000,
      searchWithinMs: 120_000,
      searchRadiusKm: 25,
    });
  });

  it.each([
    ['THALI_DELIVERY_OFFER_WITHIN_MS', 'soon', aWhile],
    ['THALI_DELIVERY_SEARCH_WITHIN_MS', '0', aWhile],
    ['THALI_DELIVERY_LOOK_AGAIN_MS', '1.5', aWhile],
    ['THALI_AUTOPILOT_ACCEPT_MS', 'soon', aWhile],
    ['THALI_AUTOPILOT_PICK_UP_MS', 'soon', aWhile],
    ['THALI_AUTOPILOT_DELIVER_MS', 'soon', aWhile],
    ['THALI_DELIVERY_SEARCH_RADIUS_KM', 'near', 'a number of kilometres above 0'],
    ['THALI_DELIVERY_SEARCH_RADIUS_KM', '0', 'a number of kilometres above 0'],
  ])('say in one sentence what is wrong with %s=%s', (variable, value, should) => {
    expect(() => DeliverySettings.from({ [variable]: value })).toThrow(
      `${variable} is "${value}"; it should be ${should}`,
    );
  });
});
