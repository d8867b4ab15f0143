import Stripe from 'stripe';

/** Where the provider is, and who we are there. */
export interface ProviderAccess {
  /** `https://api.stripe.com`, or that of a bank which speaks its dialect. */
  readonly url: string;
  readonly secretKey: string;
  /** How long a response may take before the connection is given up. */
  readonly answerWithinMs: number;
}

/**
 * The official client, pointed at Stripe or at the bank. It repeats nothing by itself: what is repeated, when and with which key, is
 * decided where it is recorded.
 */
export function stripeClient({ url, secretKey, answerWithinMs }: ProviderAccess): Stripe {
  const { protocol, hostname, port } = new URL(url);
  const isSecure = protocol === 'https:';
  return new Stripe(secretKey, {
    protocol: isSecure ? 'https' : 'http',
    host: hostname,
    port: port || (isSecure ? 443 : 80),
    timeout: answerWithinMs,
    maxNetworkRetries: 0,
    telemetry: false,
  });
}
