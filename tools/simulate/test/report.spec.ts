import { Paths } from '../paths';
import { reportOutcome } from '../report';
import type { Outcome } from '../simulation';

const outcome: Outcome = {
  endings: [
    { outcome: 'delivered', orderId: 'o1', placedInMs: 10 },
    { outcome: 'delivered', orderId: 'o2', placedInMs: 30 },
    { outcome: 'cancelled', orderId: 'o3', placedInMs: 20, reason: 'Your payment was declined: no money.' },
    { outcome: 'cancelled', orderId: 'o4', placedInMs: 20, reason: 'Your payment was declined: card expired.' },
    { outcome: 'cancelled', orderId: 'o5', placedInMs: 20, reason: 'Your payment was declined: stolen.' },
    { outcome: 'refused', reason: 'Closed.' },
  ],
  tookMs: 2_000,
  paths: new Paths(),
  witness: { intentions: [] },
  courierId: 'c',
};

it('counts outcomes by their reasons in general, the most frequent first', () => {
  const lines = reportOutcome(outcome, []).split('\n').map((line) => line.trim()); // prettier-ignore

  expect(lines.slice(1, 4)).toEqual(['3  cancelled: Your payment was declined', '2  delivered', '1  refused: Closed']);
});

it('measures orders that were taken, and nothing where nothing was', () => {
  const report = reportOutcome(outcome, [{ confirmedInMs: 100, deliveredInMs: 900 }, { confirmedInMs: 300 }, {}]);

  expect(report).toContain('2.5 orders per second: 5 in 2.0 s');
  expect(report).toMatch(/POST to 202 +p50 +20 ms +p99 +30 ms +of 5/);
  expect(report).toMatch(/placed → confirmed +p50 +300 ms +p99 +300 ms +of 2/);
  expect(reportOutcome(outcome, [])).toMatch(/placed → delivered +nothing to measure/);
});
