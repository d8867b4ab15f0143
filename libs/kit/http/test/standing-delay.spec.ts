import fc from 'fast-check';
import { StandingDelay } from '../standing-delay';

const [targetMs, intervalMs] = [150, 1_000];

/** What is made of the last of these observations, 100 ms apart. */
function after(...delays: number[]): number {
  const delay = new StandingDelay(targetMs, intervalMs);
  return delays.map((ms, at) => delay.observe(at * 100, ms)).at(-1) ?? 0;
}
const times = (count: number, ms: number) => Array.from({ length: count }, () => ms);

describe('a delay', () => {
  it('does not stand from the beginning, however long it is', () => {
    expect(after(5_000)).toBe(0);
    expect(after(...times(10, 5_000))).toBe(0);
  });

  it('stands when it was above the target for a whole interval, at its least', () => {
    expect(after(...times(10, 500), 300)).toBe(300);
  });

  it('does not stand when it was gone for a moment, however late things were before and after', () => {
    expect(after(...times(20, 5_000), targetMs, ...times(10, 5_000))).toBe(0);
    expect(after(...times(20, 5_000), targetMs, ...times(11, 5_000))).toBe(5_000);
  });

  it('does not stand because the process got no processor for seconds', () => {
    const delay = new StandingDelay(targetMs, intervalMs);
    expect([delay.observe(0, 200), delay.observe(6_000, 5_000), delay.observe(6_050, 5_050)]).toEqual([0, 0, 0]);
  });

  it('stands also when it can seldom be observed', () => {
    const delay = new StandingDelay(targetMs, intervalMs);
    expect([0, 400, 800, 1_200].map((at) => delay.observe(at, 200))).toEqual([0, 0, 0, 200]);
  });

  it('is no older than an interval', () => {
    expect(after(200, ...times(11, 900))).toBe(900);
  });

  it('stands only if all observations of the last interval were above the target, and then at their least', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000), { minLength: 11, maxLength: 40 }), (delays) => {
        const stands = delays.slice(-11).every((ms) => ms > targetMs);
        expect(after(...delays)).toBe(stands ? Math.min(...delays.slice(-10)) : 0);
      }),
    );
  });
});
