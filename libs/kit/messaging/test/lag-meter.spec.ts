import { LagMeter } from '../inbox/lag-meter';

describe('the lag of messages that wait to begin', () => {
  const secondsLate = (meter: LagMeter) => Math.floor(meter.lagMs / 1_000);
  const since = (ms: number) => performance.now() - ms;

  it('is that of the oldest, whatever has begun before it', () => {
    const meter = new LagMeter();
    const [oldest, second, third] = [5_000, 3_000, 1_000].map((ms) => meter.expect(since(ms)));
    second!();
    expect(secondsLate(meter)).toBe(5);
    oldest!();
    expect(secondsLate(meter)).toBe(1);
    third!();
    expect(meter.lagMs).toBe(0);
  });

  it('is not changed by a message that begins twice', () => {
    const meter = new LagMeter();
    const begin = meter.expect(since(7_000));
    meter.expect(since(5_000));
    begin();
    begin();
    expect(secondsLate(meter)).toBe(5);
  });
});
