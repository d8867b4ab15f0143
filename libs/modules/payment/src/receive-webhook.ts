import { Injectable } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { schedule } from '@thali/kit/messaging';
import { transactionOf } from '@thali/kit/nest';
import { change, type Tx } from '@thali/kit/postgres';
import { doubtCall } from './domain/commands';
import { unchanged } from './domain/payment';
import { releaseLateHold } from './domain/responses';
import { LookUpDispute } from './look-up-dispute';
import { LookUpPayout } from './look-up-payout';
import { ProviderCalls } from './provider-calls';
import { PaymentSettings } from './settings';
import { ContinuePayment } from './timers';
import { readWebhook, type ProviderEvent } from './webhook';

export class ReceiveWebhook extends Command<void> {
  constructor(
    /** Exactly as it came: the signature is about these bytes. */
    readonly rawBody: string,
    readonly signature: string | undefined,
  ) {
    super();
  }
}

/**
 * The provider tells us something unasked. A webhook is a witness like the response to a call, and it may be late, early, repeated or out of
 * order: so it decides nothing. What it is about is looked up at the provider, by the handlers that make the calls, and through the same
 * inbox. What concerns no payment of ours is taken and left.
 */
@Injectable()
@CommandHandler(ReceiveWebhook)
export class ReceiveWebhookHandler implements ICommandHandler<ReceiveWebhook> {
  constructor(
    private readonly calls: ProviderCalls,
    private readonly settings: PaymentSettings,
  ) {}

  /** @throws {DomainError} `payment.webhook-not-genuine` (forbidden) */
  async execute(command: ReceiveWebhook): Promise<void> {
    const tx = transactionOf(command);
    const { rawBody, signature } = command;
    const event = readWebhook(rawBody, signature, this.settings.provider.webhookSecrets, tx.now);
    if (!(await tx.one(remember, { eventId: event.id }))) return; // It came before.
    if (event.type.startsWith('payout.')) return schedule(tx, LookUpPayout({ payoutId: event.about }), { afterMs: 0 });
    if (event.type.startsWith('charge.dispute.'))
      return schedule(tx, LookUpDispute({ disputeId: event.about }), { afterMs: 0 });
    if (event.orderId !== null) await this.lookUp(tx, event.orderId, event);
  }

  private async lookUp(tx: Tx, orderId: string, { hold, type }: ProviderEvent): Promise<void> {
    const { call } = await this.calls.recordAndContinue(tx, orderId, (payment) => {
      if (payment.version === 0) return unchanged(payment);
      if (payment.call) return doubtCall(payment);
      const isHeld = type === 'payment_intent.amount_capturable_updated';
      return isHeld ? releaseLateHold(payment, hold) : unchanged(payment);
    });
    if (call) schedule(tx, ContinuePayment({ orderId }), { afterMs: 0 });
  }
}

const remember = change<{ eventId: string }, object>(`
  with i as (
    select * from json_to_recordset($1) as i(n int, "eventId" text)
  ), fresh as (
    insert into webhook_events (event_id) select "eventId" from i order by n on conflict do nothing returning event_id
  )
  select min(i.n) as n from i join fresh on fresh.event_id = i."eventId" group by fresh.event_id`);
