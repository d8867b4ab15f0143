import { RestaurantSettings } from './settings';

describe('the settings of the restaurant module', () => {
  it('need nothing to be set', () => {
    expect(RestaurantSettings.from({})).toEqual({ autopilotAfterMs: { accept: 200, prepare: 500, finish: 1_500 } });
  });

  it.each(['THALI_AUTOPILOT_ACCEPT_MS', 'THALI_AUTOPILOT_PREPARE_MS', 'THALI_AUTOPILOT_FINISH_MS'])(
    'say what is wrong with %s',
    (variable) => {
      expect(() => RestaurantSettings.from({ [variable]: 'soon' })).toThrow(
        `${variable} is "soon"; it should be a whole number of milliseconds from 1 to 2147483647`,
      );
    },
  );
});
