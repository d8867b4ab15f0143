import { declared, dependenciesOf, findEdgeFaults, mentionsIn, readMentions } from '../edges';

describe('A dependency between modules', () => {
  it('is a message or a question of the other, and all of them are declared', () => {
    expect(findEdgeFaults(declared, readMentions())).toEqual([]);
    expect(dependenciesOf('payment')).toEqual(['delivery']);
  });

  it('may not come about undeclared', () => {
    const mentions = { order: ['payment.authorize'], payment: ['order.placed'] };
    expect(findEdgeFaults({ order: ['payment.authorize'], payment: [] }, mentions)).toEqual([
      'payment uses order.placed, which libs/contracts does not declare',
    ]);
  });

  it('may not be declared in vain', () => {
    expect(findEdgeFaults({ order: ['payment.authorize'] }, { order: [] })).toEqual([
      'order is declared to use payment.authorize, and does not',
    ]);
  });

  it.each([
    ['two', { order: ['payment.capture'], payment: ['order.placed'] }, 'order → payment → order'],
    [
      'three, of which another knows nothing',
      {
        order: ['payment.capture'],
        payment: ['delivery.delivered'],
        delivery: ['restaurant.menu-published'],
        restaurant: ['payment.captured'],
      },
      'payment → delivery → restaurant → payment',
    ],
  ])('may not be part of a circle: of %s', (_, circular, circle) => {
    expect(findEdgeFaults(circular, circular)).toEqual([`modules depend on each other in a circle: ${circle}`]);
  });

  it.each([
    [`import { OrderPlaced } from '@thali/contracts';`, ['order.placed']],
    [`import type { OrderPlaced } from "@thali/contracts";`, ['order.placed']],
    [
      `import { OrderPlaced as Placed, type CapturePayment } from '@thali/contracts';`,
      ['order.placed', 'payment.capture'],
    ],
    [`import { PaymentOfOrder } from '@thali/contracts';`, ['payment.of-order']],
    [`import * as contracts from '@thali/contracts';`, ['*']],
    [`export * from '@thali/contracts';`, ['*']],
    [`const { OrderPlaced } = await import('@thali/contracts');`, ['*']],
    [`type Placed = import('@thali/contracts').OrderPlaced;`, ['*']],
  ])('is found in the source, however it is written: %s', (source, mentions) => {
    expect(mentionsIn(source)).toEqual(mentions);
  });

  it('is not the sharing of words', () => {
    expect(mentionsIn(`import { OrderId, Money, OrderLine } from '@thali/contracts';`)).toEqual([]);
  });
});
