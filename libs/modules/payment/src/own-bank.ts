import type { HttpAdapterHost } from '@nestjs/core';
import type { Environment, Runtime } from '@thali/kit/nest';
import { createApp } from '@thali/kit/nest/run';
import type { AddressInfo } from 'node:net';
import { BankModule } from './bank/bank.module';
import { WebhookTarget } from './bank/send-event';
import type { PaymentSettings } from './settings';

/** A bank within this process: the same application that can run by itself, on a port of its own that only this machine can reach. */
export interface OwnBank {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts it. @param http where this process hears of webhooks, once it listens. */
export async function startOwnBank(
  { env, settings: { prefix } }: Runtime,
  { provider }: PaymentSettings,
  http: HttpAdapterHost,
): Promise<OwnBank> {
  const variable = (name: string) => `${prefix}_${name}`;
  const bankEnv: Environment = {
    ...env,
    PORT: '0',
    [variable('HOST')]: '127.0.0.1',
    [variable('MODULES')]: 'bank',
    [variable('TRANSPORT')]: 'in-process',
    [variable('STRIPE_KEY')]: provider.secretKey,
    [variable('PAYMENT_WEBHOOK_SECRETS')]: provider.webhookSecrets.join(),
    // Where the payment module has a database of its own, the bank finds a schema there too.
    [variable('BANK_DATABASE_URL')]: env[variable('BANK_DATABASE_URL')] ?? env[variable('PAYMENT_DATABASE_URL')],
  };
  const bank = await createApp({ name: prefix.toLowerCase(), modules: { bank: BankModule }, env: bankEnv });
  const url = await bank.start();
  const target = bank.nest.get(WebhookTarget, { strict: false });
  const configured = target.url();
  target.url = () => configured ?? webhooksOf(http);
  return { url, stop: () => bank.stop() };
}

function webhooksOf({ httpAdapter }: HttpAdapterHost): string | undefined {
  const address = (httpAdapter.getHttpServer() as { address(): AddressInfo | string | null }).address();
  return address && typeof address === 'object' ? `http://127.0.0.1:${address.port}/payments/webhooks` : undefined;
}
