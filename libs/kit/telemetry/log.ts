import { pino } from 'pino';
import type { Log } from '../core';

/** Keys whose values never reach a log line, at the depths where handlers, messages and errors are logged. */
const secrets = ['token', 'authorization', 'password', 'secret', 'signature'];

/**
 * A structured log: one JSON object per line, on standard error; standard output is left to people.
 *
 * @param level pino's names: trace, debug, info, warn, error, fatal, silent.
 * @param redact further keys whose values are replaced by `[redacted]`.
 */
export function createLog(service: string, level = 'info', redact: readonly string[] = []): Log {
  const anywhere = [...secrets, ...redact].flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);
  // `detail` and `where` are Postgres quoting the row that it refuses.
  const paths = [...anywhere, 'err.detail', 'err.where'];
  return pino(
    { level, base: { service }, timestamp: pino.stdTimeFunctions.isoTime, redact: { paths, censor: '[redacted]' } },
    pino.destination({ fd: 2, sync: false }),
  );
}
