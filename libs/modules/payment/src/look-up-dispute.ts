import { Injectable } from '@nestjs/common';
import { defineCommand, type DataOf } from '@thali/kit/core';
import { HandlesOutside } from '@thali/kit/messaging';
import type { Tx } from '@thali/kit/postgres';
import { z } from 'zod';
import { recordDispute } from './domain/commands';
import { unchanged } from './domain/payment';
import { PaymentProvider } from './payment-provider';
import { PaymentRepository } from './payment.repository';

/** The provider has told of a dispute: what it says of it now is to be recorded. */
export const LookUpDispute = defineCommand('payment.look-up-dispute', 1, z.object({ disputeId: z.string() }), {
  key: ({ disputeId }) => disputeId,
});

/** A customer's bank takes money back, or gives it back again: a loss of ours in the ledger, or none any more. */
@Injectable()
export class LookUpDisputeHandler {
  constructor(
    private readonly provider: PaymentProvider,
    private readonly payments: PaymentRepository,
  ) {}

  @HandlesOutside(LookUpDispute, 'payment.look-up-dispute')
  async handle({ disputeId }: DataOf<typeof LookUpDispute>): Promise<(tx: Tx) => Promise<void>> {
    const { orderId, ...dispute } = await this.provider.findDispute(disputeId);
    return async (tx) => {
      if (orderId === null) return;
      await this.payments.change(tx, orderId, (payment) =>
        payment.version === 0 ? unchanged(payment) : recordDispute(payment, { disputeId, ...dispute }),
      );
    };
  }
}
