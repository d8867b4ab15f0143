import { pino } from 'pino';
import type { Log } from '../core';

/** Keys whose values never reach a log line, at any of the depths where we put data. */
const secrets = ['paymentToken', 'sealedToken', 'token', 'authorization', 'password', 'secret', 'signature'];

/**
 * A structured log: one JSON object per line, on standard error, so that standard output is free for people.
 *
 * @param level pino's names: trace, debug, info, warn, error, fatal, silent.
 */
export function createLog(service: string, level = 'info'): Log {
  const anywhere = secrets.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);
  // Where Postgres quotes the rows that it refuses.
  const redact = { paths: [...anywhere, 'err.detail', 'err.where'], censor: '[redacted]' };
  return pino(
    { level, base: { service }, timestamp: pino.stdTimeFunctions.isoTime, redact },
    pino.destination({ fd: 2, sync: false }),
  );
}
