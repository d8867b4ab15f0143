import { Injectable } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { transactionOf } from '@thali/kit/nest';
import { DomainError } from '@thali/kit/core';
import { InvalidInput, Parse } from '@thali/kit/http';
import { change } from '@thali/kit/postgres';
import { hear } from './domain/responses';
import { callOf, unchanged, type Answer, type Call, type Payment } from './domain/payment';
import { unknownPayment } from './payment.view';
import { PursueCall } from './pursue-call';
import { PaymentSettings } from './settings';
import { WebhookEvent, verifyWebhook } from './webhook';

export class ReceiveWebhook extends Command<void> {
  constructor(
    /** Exactly as it came: the signature is about these bytes. */
    readonly rawBody: string,
    readonly signature: string | undefined,
  ) {
    super();
  }
}

/** Hears what the provider tells us unasked: believed only if it is signed, counted once, and compared with what we asked for. */
@Injectable()
@CommandHandler(ReceiveWebhook)
export class ReceiveWebhookHandler implements ICommandHandler<ReceiveWebhook> {
  private readonly event = new Parse(WebhookEvent);

  constructor(
    private readonly pursue: PursueCall,
    private readonly settings: PaymentSettings,
  ) {}

  /** @throws {DomainError} `payment.webhook-not-genuine` (forbidden), `payment.unknown`, `payment.webhook-mismatch` (conflict) */
  async execute(command: ReceiveWebhook): Promise<void> {
    const tx = transactionOf(command);
    const { rawBody, signature } = command;
    verifyWebhook(rawBody, signature, this.settings.webhookSecrets, tx.now);
    const event = this.event.transform(parsed(rawBody));
    if (!(await tx.one(remember, event))) return; // It came before.
    await this.pursue.later(tx, event.orderId, (payment) => {
      if (payment.version === 0) throw unknownPayment(event.orderId);
      const call = callOf(payment, event.key);
      if (!call) return unchanged(payment);
      refuseMismatch(payment, call, event);
      return hear(payment, call, answerOf(event));
    });
  }
}

function parsed(rawBody: string): unknown {
  try {
    return JSON.parse(rawBody);
  } catch {
    throw new InvalidInput('the body: must be JSON');
  }
}

/** Only a void's amount is the provider's to say. */
function refuseMismatch({ currency }: Payment, { kind, amount }: Call, event: WebhookEvent): void {
  if (event.amount.currency === currency && (kind === 'void' || event.amount.amount === amount)) return;
  const facts = { expected: { amount, currency }, key: event.key };
  throw new DomainError(
    'payment.webhook-mismatch',
    'conflict',
    'The event speaks of another amount than we asked for.',
    facts,
  );
}

function answerOf({ outcome, amount, reference, reason }: WebhookEvent): Answer {
  if (outcome === 'refused') return { outcome, reason: reason ?? 'The payment provider refused.' };
  return { outcome, amount: amount.amount, reference };
}

const remember = change<{ eventId: string }, object>(`
  with i as (
    select * from json_to_recordset($1) as i(n int, "eventId" text)
  ), fresh as (
    insert into webhook_events (event_id) select "eventId" from i order by n on conflict do nothing returning event_id
  )
  select min(i.n) as n from i join fresh on fresh.event_id = i."eventId" group by fresh.event_id`);
