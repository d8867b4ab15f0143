import { OrderSettings } from './settings';

const aWhile = 'a whole number of milliseconds from 1 to 2147483647';

describe('the settings of the order module', () => {
  it('need nothing to be set', () => {
    expect(OrderSettings.from({})).toMatchObject({
      timeLimits: { holdMoney: 10_000, askKitchen: 300_000, undo: 300_000 },
      cancellation: { feePercent: 50 },
      answerWithinMs: 1_000,
    });
  });

  it.each([
    ['THALI_HOLD_MONEY_WITHIN_MS', 'holdMoney'],
    ['THALI_ASK_KITCHEN_WITHIN_MS', 'askKitchen'],
    ['THALI_FIND_COURIER_WITHIN_MS', 'findCourier'],
    ['THALI_COOK_WITHIN_MS', 'cook'],
    ['THALI_PICK_UP_WITHIN_MS', 'pickUp'],
    ['THALI_TAKE_MONEY_WITHIN_MS', 'takeMoney'],
    ['THALI_BRING_WITHIN_MS', 'bring'],
    ['THALI_UNDO_WITHIN_MS', 'undo'],
  ])('take the time limit of each step from a variable of its own: %s', (variable, step) => {
    const { timeLimits } = OrderSettings.from({});
    expect(OrderSettings.from({ [variable]: '77' }).timeLimits).toEqual({ ...timeLimits, [step]: 77 });
    expect(() => OrderSettings.from({ [variable]: 'soon' })).toThrow(`${variable} is "soon"; it should be ${aWhile}`);
  });

  it.each(['-1', '101', '12.5', 'half'])('take no fee that is not a share of the whole: %s', (value) => {
    expect(() => OrderSettings.from({ THALI_CANCELLATION_FEE_PERCENT: value })).toThrow(
      `THALI_CANCELLATION_FEE_PERCENT is "${value}"; it should be a whole number from 0 to 100`,
    );
  });

  it('say how long a question may take', () => {
    expect(OrderSettings.from({ THALI_ANSWER_WITHIN_MS: '5' }).answerWithinMs).toBe(5);
    expect(() => OrderSettings.from({ THALI_ANSWER_WITHIN_MS: '0' })).toThrow(`it should be ${aWhile}`);
  });
});
