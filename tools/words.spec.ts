import { readSources } from './boundaries';
import { findRetiredWords } from './words';

const file = 'libs/kit/messaging/inbox/dispatcher.ts';

describe('The retired words of the kit', () => {
  it('have not come back', () => {
    expect(readSources().flatMap(([path, source]) => findRetiredWords(path, source))).toEqual([]);
  });

  it.each([
    ['class Letterbox {}', 'co-located inbox'],
    ['private brokenOff = new Set<string>();', 'interrupted'],
    ['/** Whoever is told of it stores it. */', 'the class that acts'],
    ['// What is under way ends first.', 'in flight'],
    ['export class TakenEffect extends Error {}', 'already handled'],
    ['await this.workOff(key);', 'drain'],
  ])('are noticed when they do: %s', (source, now) => {
    const found = findRetiredWords(file, `\n${source}`);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`${file}:2`);
    expect(found[0]).toContain(now);
  });

  it('may be told in a story of a test, and by the modules about their own world', () => {
    expect(findRetiredWords('libs/kit/messaging/test/crash.int.spec.ts', '// somebody')).toEqual([]);
    expect(findRetiredWords('libs/modules/order/src/order.module.ts', '// somebody')).toEqual([]);
  });
});
