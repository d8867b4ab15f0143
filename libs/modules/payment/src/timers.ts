import { OfOrder, byOrder } from '@thali/contracts';
import { defineCommand } from '@thali/kit/core';

/** A call to the provider has to be made, or one in doubt to be looked up. Does nothing when there is none any more. */
export const ContinuePayment = defineCommand('payment.continue', 1, OfOrder, byOrder);
