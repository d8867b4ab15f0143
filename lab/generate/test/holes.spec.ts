import { Holes, momentOf, ownIdsIn } from '../holes';

const order = '01m7z00nzbf22r51enq5r1cp5h';
const offer = '01m7z00q06f22r525r952b3p39';
const uuid = '01a1fe00-5bc0-7089-8fe5-cd0c6d610bba';

describe('a text about an order', () => {
  it('has a hole for each id, time and customer that is its own, and the same one for the same text', () => {
    const holes = new Holes('customer-9');
    const text = `{"order": "ord_${order}", "ticket": "tkt_${order}", "at": "2026-11-21T12:06:37.793Z", "of": "customer-9", "by": "${uuid}"}`;
    expect(holes.expressionOf(text)).toBe(
      `'{"order": "ord_' || c.h0 || '", "ticket": "tkt_' || c.h0 || '", "at": "' || c.h1 || '", "of": "' || c.h2 || '", "by": "' || c.h3 || '"}'`,
    );
    expect(holes.columns.map(({ column }) => column)).toEqual(['h0', 'h1', 'h2', 'h3']);
  });

  it('has none for the restaurant and the courier', () => {
    const holes = new Holes('customer-9');
    expect(holes.expressionOf(`rst_${order} cou_${offer}`)).toBe(`'rst_${order} cou_${offer}'`);
    expect(ownIdsIn(`rst_${order} cou_${offer} evt_psp_${offer}`)).toEqual([offer]);
  });

  it('may hold what SQL would misread', () => {
    expect(new Holes('x').expressionOf(`it's "\\n"`)).toBe(`E'it''s "\\\\n"'`);
  });
});

it('an id tells when it was made', () => {
  expect(new Date(momentOf(order)).toISOString()).toBe('2026-11-21T12:06:37.803Z');
});
