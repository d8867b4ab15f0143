import { PaymentSettings } from './settings';

const aWhile = 'a whole number of milliseconds from 1 to 2147483647';
const aShare = 'a whole number of thousandths, from 0 to 500';

describe('the settings of the payment module', () => {
  it('need nothing to be set', () => {
    expect(PaymentSettings.from({})).toMatchObject({
      answerWithinMs: 2_000,
      shares: { courierPermille: 120, feePermille: 150 },
    });
  });

  it.each([
    ['THALI_PAYMENT_ANSWER_WITHIN_MS', 'soon', aWhile],
    ['THALI_PAYMENT_ASK_AGAIN_AFTER_MS', '0', aWhile],
    ['THALI_PAYMENT_RENEW_BEFORE_MS', '1.5', aWhile],
    ['THALI_PAYMENT_PROVIDER_URL', 'stripe', 'an HTTP URL such as https://api.stripe.com'],
    ['THALI_PAYMENT_COURIER_PERMILLE', '501', aShare],
    ['THALI_PAYMENT_FEE_PERMILLE', 'a tenth', aShare],
  ])('say in one sentence what is wrong with %s=%s', (variable, value, should) => {
    expect(() => PaymentSettings.from({ [variable]: value })).toThrow(
      `${variable} is "${value}"; it should be ${should}`,
    );
  });

  it.each([
    ['THALI_STRIPE_KEY', 'pk_test_1', 'a secret key of Stripe such as sk_test_…'],
    ['THALI_PAYMENT_WEBHOOK_SECRETS', 'short', 'secrets of at least 16 characters, separated by commas'],
  ])('say what %s should be, and do not show the secret', (variable, value, should) => {
    expect(() => PaymentSettings.from({ [variable]: value })).toThrow(
      `${variable} is set to something that is not shown; it should be ${should}`,
    );
  });

  it('take several secrets while they are being replaced', () => {
    const { provider } = PaymentSettings.from({
      THALI_PAYMENT_WEBHOOK_SECRETS: 'the secret of today, the secret before',
    });
    expect(provider.webhookSecrets).toEqual(['the secret of today', 'the secret before']);
  });

  it('know a secret of their own where none is set, another in each process', () => {
    const [one, two] = [PaymentSettings.from({}), PaymentSettings.from({})];
    expect(one.provider.webhookSecrets).not.toEqual(two.provider.webhookSecrets);
  });
});
