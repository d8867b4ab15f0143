import { audit, type Finding } from '../audit';
import { invariants } from '../invariants';
import type { Intention, Witness } from '../witness';
import { Evening } from './evening';
import { plants } from './plants';

let evening: Evening;
const broken = new Set<string>();

beforeAll(async () => {
  evening = await Evening.spend({ orders: 24 });
}, 60_000);

afterAll(() => evening.forget());

/** The ids of the invariants that are broken. */
function idsOf(findings: readonly Finding[]): string[] {
  const invalid = findings.filter(({ verdict }) => verdict === 'invalid');
  for (const { sentence } of invalid) broken.add(sentence);
  return invalid.map(({ id }) => id);
}

it('finds every invariant true of what an evening has left behind, and something to check for each', async () => {
  const { findings, atRest } = await audit({ urlOf: evening.urlOf, witness: evening.witness });

  expect(atRest).toBe(true);
  expect(findings.filter(({ verdict }) => verdict !== 'valid')).toEqual([]);
});

it.each(plants)('finds $by ($breaks)', async ({ breaks, in: module, sql }) => {
  const { urlOf, drop } = await evening.tamperedWith(module, sql);

  const { findings } = await audit({ urlOf, atRest: true, witness: evening.witness });

  expect(idsOf(findings)).toContain(breaks);
  await drop();
});
