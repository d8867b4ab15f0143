import { Injectable } from '@nestjs/common';
import { defineCommand, type DataOf } from '@thali/kit/core';
import { HandlesOutside } from '@thali/kit/messaging';
import { query, type Tx } from '@thali/kit/postgres';
import { z } from 'zod';
import { accounts, transfer } from './domain/ledger';
import { post } from './ledger.sql';
import { PaymentProvider } from './payment-provider';

/** The provider has told of a payout: what it says of it now is to be recorded. */
export const LookUpPayout = defineCommand('payment.look-up-payout', 1, z.object({ payoutId: z.string() }), {
  key: ({ payoutId }) => payoutId,
});

/** The provider pays out what it owes us: a transfer in the ledger, which is no order's, once. */
@Injectable()
export class LookUpPayoutHandler {
  constructor(private readonly provider: PaymentProvider) {}

  @HandlesOutside(LookUpPayout, 'payment.look-up-payout')
  async handle({ payoutId }: DataOf<typeof LookUpPayout>): Promise<(tx: Tx) => Promise<void>> {
    const payout = await this.provider.findPayout(payoutId);
    const { amount, currency } = payout;
    const about = { orderId: payoutId, what: 'payout', currency };
    const paid = transfer(about, { from: accounts.bank, to: [{ account: accounts.provider, amount }] });
    return async (tx) => {
      if (payout.isPaid && !(await tx.one(recorded, { payoutId }))) tx.defer(post, paid);
    };
  }
}

const recorded = query<{ payoutId: string }, object>(`
  select i.n from json_to_recordset($1) as i(n int, "payoutId" text) join transfers t on t.order_id = i."payoutId"`);
