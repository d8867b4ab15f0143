import { readSources } from './boundaries';
import { findHaste, type Exception } from './haste';

const exceptions: readonly Exception[] = [
  {
    file: /^libs\/kit\/messaging\/testing\/world\.ts$/,
    words: /setTimeout/,
    because: 'whoever waits for a fact looks again after a pause',
  },
  {
    file: /^libs\/kit\/messaging\/test\/database\.faults\.spec\.ts$/,
    words: /timers\/promises|breathMs/,
    because: 'a standstill is a length of time, and people who speak draw breath',
  },
  {
    file: /^libs\/kit\/telemetry\/test\/vitals\.spec\.ts$/,
    words: /heldUpMs/,
    because: 'the test itself holds the event loop up for so long',
  },
  {
    file: /^libs\/kit\/core\/test\/loop\.spec\.ts$/,
    words: /workMs/,
    because: 'only the test moves the clock that tells so, and ends the rests',
  },
  {
    file: /^libs\/kit\/postgres\/test\/failures\.int\.spec\.ts$/,
    words: /pg_sleep/,
    because: 'a migration takes longer than a statement may',
  },
  {
    file: /^libs\/modules\/payment\/testing\/hours\.ts$/,
    words: /timers\/promises/,
    because: 'it ends what is slept for',
  },
  {
    file: /^(apps\/thali\/testing\/journeys|tools\/audit\/testing\/evening)\.ts$/,
    words: /AUTOPILOT/,
    because: 'people who are quick; no test asks them to be quicker',
  },
  {
    file: /^apps\/thali\/test\/overload\.faults\.spec\.ts$/,
    words: /THALI_MAX_LAG_MS/,
    because: 'that a machine is too slow for its orders is what the test is about',
  },
  {
    file: /^(apps\/gateway\/test\/slow-services\.int\.spec|apps\/thali\/testing\/api|tools\/kit-package\.int\.spec)\.ts$/,
    words: /set(Timeout|Interval)/,
    because: 'a test that waits for a fact looks again after a pause',
  },
];

const planted = [
  `start({ leaseMs: 300 })`,
  `const leaseMs = 400;`,
  `const { leaseMs = 1_0 } = options;`,
  `open({ THALI_DELIVERY_OFFER_WITHIN_MS: '50' })`,
  `open({ 'THALI_LEASE_MS': 999 })`,
  `await new Promise((resolve) => setTimeout(resolve, 10));`,
  `setInterval(look, 5);`,
  `import { setTimeout as pause } from 'node:timers/promises';`,
  `db.read('select pg_sleep(0.2)')`,
];

const allowed = [
  `start({ leaseMs: 60_000, afterMs: 0, acceptMs: 1 })`,
  `jest.setTimeout(60_000);`,
  `const dayMs = 24 * 3_600_000;`,
  `// leaseMs: 300`,
];

describe('Haste in tests', () => {
  it('is nowhere', () => {
    expect(readSources().flatMap(([file, source]) => findHaste(file, source, exceptions))).toEqual([]);
  });

  it.each(planted)('is noticed: %s', (source) => {
    expect(findHaste('libs/kit/messaging/test/relay.int.spec.ts', source, exceptions)).toHaveLength(1);
    expect(findHaste('libs/kit/messaging/testing/instance.ts', source, exceptions)).toHaveLength(1);
  });

  it.each(allowed)('is not what waits for nothing: %s', (source) => {
    expect(findHaste('libs/kit/messaging/test/relay.int.spec.ts', source, exceptions)).toEqual([]);
  });

  it('is no matter where there is no clock, nor in production', () => {
    for (const file of ['libs/modules/order/src/domain/order.spec.ts', 'libs/kit/messaging/loop.ts'])
      expect(findHaste(file, planted.join('\n'), exceptions)).toEqual([]);
  });

  it('is excused only where it is', () => {
    const sources = readSources();
    const unused = exceptions.filter(
      ({ file, words }) => !sources.some(([name, source]) => file.test(name) && words.test(source)),
    );
    expect(unused).toEqual([]);
  });
});
