import { eventually } from '@thali/kit/messaging/testing';
import { Vitals } from '..';

it('the vital signs of a process tell when its event loop was held up', async () => {
  const vitals = new Vitals();
  try {
    await eventually(
      async () => vitals.read().eventLoopDelayMs.max,
      (ms) => ms > 0,
    );
    const heldUpMs = 200 + vitals.read().eventLoopDelayMs.max;
    const until = performance.now() + heldUpMs;
    while (performance.now() < until);
    const { eventLoopDelayMs, heapMiB, rssMiB, uptimeS } = await eventually(
      async () => vitals.read(),
      ({ eventLoopDelayMs: { max, p50 } }) => max > heldUpMs - 50 && p50 < max,
    );
    expect(eventLoopDelayMs.max).toBeGreaterThan(heldUpMs - 50);
    expect(eventLoopDelayMs.p50).toBeLessThan(eventLoopDelayMs.max);
    expect(rssMiB).toBeGreaterThan(heapMiB);
    expect(uptimeS).toBeGreaterThanOrEqual(0);
  } finally {
    vitals.stop();
  }
});
