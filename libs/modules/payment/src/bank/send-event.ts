import { Injectable } from '@nestjs/common';
import type { DataOf } from '@thali/kit/core';
import { HandlesOutside } from '@thali/kit/messaging';
import { BankSettings } from './bank.settings';
import { Bank } from './bank';
import { SendEvent, eventOf } from './events';
import { ProviderLog } from './provider-log';
import { signWebhook, signatureHeader } from './sign-webhook';

const sendWithinMs = 5_000;

/** Where webhooks go, as far as it is known. */
@Injectable()
export class WebhookTarget {
  url: () => string | undefined;

  constructor({ webhookUrl }: BankSettings) {
    this.url = () => webhookUrl;
  }
}

/** Sends an event to the shop, signed, and again until the shop takes it. */
@Injectable()
export class SendEventHandler {
  constructor(
    private readonly bank: Bank,
    private readonly log: ProviderLog,
    private readonly settings: BankSettings,
    private readonly target: WebhookTarget,
  ) {}

  @HandlesOutside(SendEvent, 'bank.send-event', { whenDead: 'skip' })
  async handle({ intent, number }: DataOf<typeof SendEvent>): Promise<() => Promise<void>> {
    const url = this.target.url();
    if (url !== undefined) await this.send(url, intent, number);
    return async () => {};
  }

  private async send(url: string, intent: string, number: number): Promise<void> {
    const entry = (await this.log.read(intent)).at(number - 1);
    if (!entry) return;
    const { books, metadata } = await this.bank.asOf(entry);
    const body = JSON.stringify(eventOf(entry, books, metadata));
    const { ok, status } = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        [signatureHeader]: signWebhook(body, this.settings.webhookSecret, new Date()),
      },
      body,
      signal: AbortSignal.timeout(sendWithinMs),
    });
    if (!ok) throw new Error(`the shop has answered an event with ${status}`);
  }
}
