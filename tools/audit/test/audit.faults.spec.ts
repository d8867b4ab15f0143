import { audit, auditSnapshots, type Finding } from '../audit';
import { invariants } from '../invariants';
import { findOutstanding } from '../rest';
import type { Intention, Witness } from '../witness';
import { Evening } from '../testing/evening';
import { plants } from './plants';

let evening: Evening;
const broken = new Set<string>();

beforeAll(async () => {
  evening = await Evening.spend({ orders: 24 });
}, 300_000);

afterAll(() => evening.forget());

/** The ids of the invariants that are broken. */
function brokenOnes(findings: readonly Finding[]): string[] {
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
  const { findings } = await evening.tamperedWith(module, sql, (tampered) =>
    auditSnapshots(tampered, { atRest: true, witness: evening.witness }),
  );

  expect(brokenOnes(findings)).toContain(breaks);
});

type Lie = [breaks: string, by: string, tell: (truth: Intention) => Partial<Intention> | undefined];

const lies: Lie[] = [
  [
    'O1',
    'an order that is not what was asked for',
    ({ asked }) => ({ asked: { ...asked, lines: asked.lines.slice(1) } }),
  ],
  ['O1', 'an acknowledged order that does not exist', () => ({ answers: [{ status: 202, orderId: 'ord_of_nobody' }] })],
  ['O2', 'an order that nobody asked for', () => undefined],
  [
    'O3',
    'two orders for one key',
    ({ answers }) => ({ answers: [...answers, { status: 202, orderId: 'ord_another' }] }),
  ],
  ['O9', 'an order that went back', ({ reads }) => ({ reads: [...reads, { status: 'placed', version: 1 }] })],
  ['O9', 'an acknowledged order that was not found', () => ({ reads: [{ missing: 404 }] })],
  [
    'O10',
    'another answer to the same request',
    ({ answers }) => ({ answers: [...answers, { status: 202, body: 'else' }] }),
  ],
  ['O10', 'a refusal of what was acknowledged', ({ answers }) => ({ answers: [...answers, { status: 400 }] })],
  ['O10', 'a key that was taken for two wishes', () => ({ misuses: [202] })],
];

it.each(lies)('finds, because a customer remembers (%s): %s', async (breaks, _, tell) => {
  const witness = retold(evening.witness, tell);

  const { findings } = await audit({ urlOf: evening.urlOf, atRest: true, witness });

  expect(brokenOnes(findings)).toContain(breaks);
});

/** As somebody would tell it for whom one delivered order went differently. */
function retold({ intentions }: Witness, tell: Lie[2]): Witness {
  const regular = intentions.find(({ customerId, reads }, at) => {
    const comesAgain = intentions.some((other, there) => there !== at && other.customerId === customerId);
    return comesAgain && reads.some((read) => 'status' in read && read.status === 'delivered');
  });
  return {
    intentions: intentions.flatMap((intention) => {
      const told = intention === regular ? tell(intention) : {};
      return told ? [{ ...intention, ...told }] : [];
    }),
  };
}

it('has been seen, above, to find each of the invariants broken', () => {
  expect(invariants.map(({ sentence }) => sentence).filter((sentence) => !broken.has(sentence))).toEqual([]);
});

it('does not check, while something is under way, what holds only at rest', async () => {
  const runs = `update sagas set status = 'running' where ctid = (select min(ctid) from sagas)`;

  const { atRest, findings } = await evening.tamperedWith('order', runs, (tampered) => auditSnapshots(tampered, {}));

  const unchecked = invariants.filter(({ when }) => when === 'at rest').map(({ id }) => id);
  expect(atRest).toBe(false);
  expect(findings.filter(({ verdict }) => verdict === 'unknown').map(({ id }) => id)).toEqual(unchecked);
  expect(brokenOnes(findings)).toEqual([]);
});

it('knows that a message is under way between two modules when neither has it', async () => {
  const last = `(select message_id from handled where subscription = 'payment.settle' order by position desc limit 1)`;
  const loses = `delete from handled where message_id = ${last}`;

  const outstanding = await evening.tamperedWith('payment', loses, ({ effects }) => findOutstanding(effects));

  expect(outstanding).toEqual({ 'delivery to payment': 1 });
});

it('says of what was never tried that nothing is known', async () => {
  const { findings } = await evening.tamperedWith('delivery', 'truncate assignments cascade', (tampered) =>
    auditSnapshots(tampered, { atRest: true }),
  );

  expect(findings.find(({ id }) => id === 'D1')).toMatchObject({ verdict: 'unknown', checked: 0 });
});

describe('of a module that has dropped its older messages', () => {
  const middle = `(select message_id from messages order by message_id offset (select count(*) / 2 from messages) limit 1)`;
  const drops = `delete from messages where message_id < (select before from horizon)`;
  const remembersFrom = `update horizon set before = ${middle}, at = clock_timestamp()`;
  const brokenAfter = (sql: string) =>
    evening.tamperedWith('order', sql, async (tampered) => {
      const { findings } = await auditSnapshots(tampered, { atRest: true, witness: evening.witness });
      return findings.filter(({ verdict }) => verdict === 'invalid').map(({ id }) => id);
    });

  it('judges only what it remembers', async () => {
    expect(await brokenAfter(`${remembersFrom}; ${drops}`)).toEqual([]);
  });

  it('still finds what is missing of that', async () => {
    const last = `(select message_id from messages join routes using (type) order by message_id desc limit 1)`;
    const loses = `delete from messages where message_id = ${last}`;
    expect(await brokenAfter(`${remembersFrom}; ${drops}; ${loses}`)).toContain('Q2');
  });
});
