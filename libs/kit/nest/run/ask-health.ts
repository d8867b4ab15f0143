import { z } from 'zod';
import type { PartHealth } from '../../telemetry';

/** Longer than a service needs to find out that its database does not answer. */
const askWithinMs = 2_000;

const answer = z.object({
  status: z.enum(['ok', 'degraded', 'unavailable']),
  parts: z.record(z.string(), z.string()),
});

/** Asks a service how it is. @param base of its URLs. */
export async function askHealth(base: string): Promise<PartHealth> {
  try {
    const response = await fetch(`${base}/health/ready`, { signal: AbortSignal.timeout(askWithinMs) });
    const { status, parts } = answer.parse(await response.json());
    const problems = Object.entries(parts).filter(([, health]) => health !== 'ok');
    const health = status === 'ok' ? 'ok' : `${status}: ${problems.map((part) => part.join(' ')).join(', ')}`;
    return { health, serves: status !== 'unavailable' };
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'TimeoutError';
    return { health: isLate ? `no answer within ${askWithinMs} ms` : 'cannot be reached', serves: false };
  }
}
