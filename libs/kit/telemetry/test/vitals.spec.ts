import { Vitals } from '..';

it('the vital signs of a process tell when its event loop was held up', async () => {
  const vitals = new Vitals();
  try {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const until = performance.now() + 200;
    while (performance.now() < until);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { eventLoopDelayMs, heapMiB, rssMiB, uptimeS } = vitals.read();
    expect(eventLoopDelayMs.max).toBeGreaterThan(150);
    expect(eventLoopDelayMs.p50).toBeLessThan(eventLoopDelayMs.max);
    expect(rssMiB).toBeGreaterThan(heapMiB);
    expect(uptimeS).toBeGreaterThanOrEqual(0);
  } finally {
    vitals.stop();
  }
});
