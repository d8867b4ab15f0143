import { groupOfExtras } from '@thali/contracts';
import { DomainError } from '@thali/kit/core';
import { orderNotFound, restaurantNotFound } from './domain/errors';
import { priceOrder, type PriceList } from './domain/price-order';
import { priceRevision } from './domain/price-revision';
import { refuseDearer } from './domain/refuse-dearer';
import { refuseWhileClosed } from './domain/refuse-while-closed';

// What the routes refuse, for the document of the API: most by the rules themselves, on a restaurant that never lets anything pass.

const anOrderId = 'ord_01h455vb4pex5vsknk084sn02q';
const aRestaurantId = 'rst_01h455vb4pex5vsknk084sn02q';
const euros = (amount: number) => ({ amount, currency: 'EUR' });
const [spice] = groupOfExtras([{ modifierId: 'mild', name: 'Mild', price: euros(0) }]);
const dish = { name: 'Masala Dosa', price: 850, available: true, modifierGroups: [] };
const menu: PriceList = {
  currency: 'EUR',
  items: new Map([
    ['masala-dosa', dish],
    ['idli', { ...dish, name: 'Idli', available: false }],
    ['water', { ...dish, name: 'Water', price: 0 }],
    ['vada', { ...dish, name: 'Vada', modifierGroups: spice ? [{ ...spice, name: 'Spice', min: 1, max: 1 }] : [] }],
  ]),
};
const ordering = (itemId: string, modifierIds: string[] = []) => {
  return () => priceOrder(menu, [{ itemId, quantity: 1, modifierIds }]);
};
const priced = { menuVersion: 2, lines: [], total: euros(1_900) };
const cannot = (verb: string, message: string) =>
  new DomainError(`order.cannot-${verb}`, 'conflict', message, { orderStatus: 'delivered' });

export const noSuchOrder = orderNotFound(anOrderId);

/** Where lines are priced by the menu. */
const unpriceable = [
  ordering('sushi'),
  ordering('masala-dosa', ['wasabi']),
  ordering('vada'),
  ordering('water'),
  ordering('idli'),
];

/** Where a basket becomes an order, or might. */
export const unorderable = [
  restaurantNotFound(aRestaurantId),
  ...unpriceable,
  () => refuseWhileClosed({ name: 'Thali House', open: false, timetable: null }, new Date(0)),
  () => refuseDearer(priced, { expectedTotal: euros(1_700) }),
  () => refuseDearer(priced, { menuVersion: 3 }),
];

export const tooLateToCancel = cannot('cancel', 'An order that is delivered cannot do that any more (cancel).');

const aLine = { itemId: 'idli', name: 'Idli', quantity: 1, unitPrice: euros(450), modifierIds: [] };

/** Where an order is changed. */
export const unrevisable = [
  cannot('revise', 'An order that is delivered cannot do that any more (revise).'),
  () => priceRevision({ ...menu, currency: 'JPY' }, [aLine], [{ itemId: 'idli', quantity: 2 }]),
  ...unpriceable,
];
