import type { StripeObject } from './stripe-objects';

/** A refusal as Stripe puts it: a status, and an error object. */
export class StripeError extends Error {
  constructor(
    readonly status: number,
    readonly error: StripeObject & { readonly message: string },
  ) {
    super(error.message);
  }
}

const invalid = 'invalid_request_error';

export const unauthorized = () => new StripeError(401, { type: invalid, message: 'Invalid API Key provided.' });

export const missing = (param: string) =>
  new StripeError(400, {
    type: invalid,
    code: 'parameter_missing',
    param,
    message: `Missing required param: ${param}.`,
  });

export const malformed = (param: string, message: string) =>
  new StripeError(400, { type: invalid, param, message: `Invalid ${param}: ${message}` });

export const noSuch = (what: string, id: string) =>
  new StripeError(404, { type: invalid, code: 'resource_missing', param: 'id', message: `No such ${what}: '${id}'` });

export const keyReused = (key: string) =>
  new StripeError(400, {
    type: 'idempotency_error',
    message: `Keys for idempotent requests can only be used with the same parameters they were first used with: '${key}'.`,
  });

export const keyInUse = (key: string) =>
  new StripeError(409, {
    type: 'idempotency_error',
    code: 'idempotency_key_in_use',
    message: `Another request with the idempotency key '${key}' is in progress.`,
  });

/** The card pays nothing. */
export const declined = (message: string, intent: StripeObject) =>
  new StripeError(402, {
    type: 'card_error',
    code: 'card_declined',
    decline_code: 'generic_decline',
    message,
    payment_intent: intent,
  });

/** The intent is in a state in which this cannot be done. */
export const unexpectedState = (message: string, intent: StripeObject) =>
  new StripeError(400, { type: invalid, code: 'payment_intent_unexpected_state', message, payment_intent: intent });
