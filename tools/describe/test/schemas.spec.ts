import { defineEvent } from '@thali/kit/core';
import { z } from 'zod';
import { messages } from '../catalogue';
import { demandsOf, findSchemaFaults, readSchemaFiles } from '../schemas';

const byOrder = { key: ({ orderId }: { orderId: string }) => orderId };
const Placed = defineEvent('order.placed', 1, z.object({ orderId: z.string() }), byOrder);
const onFile = { 'order.placed.v1.json': demandsOf(Placed) };

describe('The published schemas', () => {
  it('are those on file, for every version that ever was published', () => {
    expect(
      findSchemaFaults(
        messages.map(({ type }) => type),
        readSchemaFiles(),
      ),
    ).toEqual([]);
  });

  it('may not lack a file', () => {
    expect(findSchemaFaults([Placed], {})).toEqual([
      'order.placed.v1.json is missing: npm run describe -- --write adds it',
    ]);
  });

  it('may not change without a new version', () => {
    const Changed = defineEvent(
      'order.placed',
      1,
      z.object({ orderId: z.string(), note: z.string().optional() }),
      byOrder,
    );
    expect(findSchemaFaults([Changed], onFile)).toEqual([
      'order.placed v1 is published and has changed: make it version 2, with an upcast',
    ]);
  });

  it('may not change within a part that several messages share', () => {
    const Money = (amount: z.ZodType) => z.object({ amount }).meta({ id: 'Money' });
    const Priced = (amount: z.ZodType) =>
      defineEvent('order.placed', 1, z.object({ orderId: z.string(), total: Money(amount) }), byOrder);
    expect(findSchemaFaults([Priced(z.number())], { 'order.placed.v1.json': demandsOf(Priced(z.int())) })).toHaveLength(
      1,
    );
  });

  it('may change with a new version, whose older ones stay on file', () => {
    const schema = z.object({ orderId: z.string(), note: z.string() });
    const Newer = defineEvent('order.placed', 2, schema, {
      ...byOrder,
      upcasts: { 1: (older: object) => ({ ...older, note: '' }) },
    });
    const both = { ...onFile, 'order.placed.v2.json': demandsOf(Newer) };
    expect(findSchemaFaults([Newer], both)).toEqual([]);
    expect(findSchemaFaults([Newer], { 'order.placed.v2.json': demandsOf(Newer) })).toHaveLength(1);
  });

  it('may not disappear, nor go back to an older version', () => {
    const gone = 'is a schema that nobody publishes any more: there may still be such messages';
    expect(findSchemaFaults([], onFile)).toEqual([`order.placed.v1.json ${gone}`]);
    expect(findSchemaFaults([Placed], { ...onFile, 'order.placed.v2.json': {} })).toEqual([
      `order.placed.v2.json ${gone}`,
    ]);
  });

  it('may get other examples', () => {
    const Exemplified = defineEvent(
      'order.placed',
      1,
      z.object({ orderId: z.string().meta({ example: 'ord_1' }) }),
      byOrder,
    );
    expect(findSchemaFaults([Exemplified], onFile)).toEqual([]);
  });
});
