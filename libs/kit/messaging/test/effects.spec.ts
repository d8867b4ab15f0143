import type { Message } from '@thali/kit/core';
import { Effects, type Due } from '../inbox/effects';

describe('what waits for its turn', () => {
  // Nothing is taken here.
  const effects = () => new Effects(undefined as never, undefined as never);
  const dueSince = (ms: number): Due => ({ dueAt: performance.now() - ms, message: {} as Message });

  it('is as late as the oldest, whatever has begun before it', () => {
    const waiting = effects();
    const [oldest, second, third] = [dueSince(5_000), dueSince(3_000), dueSince(1_000)];
    for (const due of [oldest, second, third]) waiting.expect(due);
    waiting.forget(second);
    expect(Math.floor(waiting.lagMs / 1_000)).toBe(5);
    waiting.forget(oldest);
    expect(Math.floor(waiting.lagMs / 1_000)).toBe(1);
    waiting.forget(third);
    expect(waiting.lagMs).toBe(0);
  });

  it('may be forgotten though nobody expected it, or twice', () => {
    const waiting = effects();
    waiting.expect(dueSince(5_000));
    const unexpected = dueSince(7_000);
    waiting.forget(unexpected);
    waiting.forget(unexpected);
    expect(Math.floor(waiting.lagMs / 1_000)).toBe(5);
  });
});
