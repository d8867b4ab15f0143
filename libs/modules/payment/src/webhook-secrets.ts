import { randomBytes } from 'node:crypto';
import { z } from 'zod';

const shortestSecret = 16;

/**
 * What the provider signs its webhooks with: the present secret, and former ones while they are being replaced. Not set, it is one of this
 * process's own, which only the bank in it knows.
 */
export const webhookSecrets = z
  .string()
  .default(() => randomBytes(32).toString('base64url'))
  .transform((text) => text.split(',').map((secret) => secret.trim()))
  .refine(
    (all) => all.every(({ length }) => length >= shortestSecret),
    `secrets of at least ${shortestSecret} characters, separated by commas`,
  )
  .transform((all) => all as [string, ...string[]]);
