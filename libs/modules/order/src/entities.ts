import type { ModifierGroup, Money, OrderLine, Timetable } from '@thali/contracts';
import { Events, Snapshots } from '@thali/kit/event-store';
import { IdempotencyKeys } from '@thali/kit/idempotency';
import { table, typed } from '@thali/kit/postgres';
import { Sagas } from '@thali/kit/saga/runner';
import type { OrderStatus } from './domain/order';
import type { Tracking } from './order-tracking.view';

/** What an order is, beside the columns that it is looked up by. */
interface Summary {
  readonly restaurantName: string;
  readonly lines: OrderLine[];
  readonly total: Money;
  readonly fee: Money | null;
  readonly cancelling: string | null;
  readonly reason: string | null;
}

/** Every order as it stands: the fold of its events, written with them. Its version is that of its last event. */
export const Orders = table('orders', {
  columns: {
    orderId: { type: 'text', primary: true },
    customerId: { type: 'text', update: false },
    restaurantId: { type: 'text', update: false },
    status: { type: typed<OrderStatus>('text') },
    version: { type: 'int' },
    summary: { type: typed<Summary>('json') },
    placedAt: { type: 'timestamptz', update: false },
  },
  indices: [{ name: 'orders_customer_id_order_id_idx', columns: ['customerId', 'orderId'] }],
});

/** The order module's own copy of the menus, kept by what the restaurants announce: an order is priced without asking another module. */
export const Menus = table('menus', {
  columns: {
    restaurantId: { type: 'text', primary: true },
    name: { type: 'text' },
    currency: { type: 'text' },
    lat: { type: 'float8' },
    lon: { type: 'float8' },
    version: { type: 'int' },
    open: { type: 'boolean', default: true, insert: false },
    timetable: { type: typed<Timetable>('json'), nullable: true },
  },
});

export const MenuItems = table('menu_items', {
  columns: {
    restaurantId: { type: 'text', primary: true },
    itemId: { type: 'text', primary: true },
    name: { type: 'text' },
    price: { type: 'bigint' },
    available: { type: 'boolean' },
    modifierGroups: { type: typed<ModifierGroup[]>('json') },
  },
});

/** What customers follow: one row per order, made of what all modules announce. */
export const Trackings = table('tracking', {
  columns: {
    orderId: { type: 'text', primary: true },
    version: { type: 'int' },
    parts: { type: typed<Omit<Tracking, 'orderId' | 'version' | 'timeline' | 'updatedAt'>>('jsonb') },
    timeline: { type: typed<Tracking['timeline']>('jsonb') },
    updatedAt: { type: 'timestamptz', updateDate: true, default: () => 'clock_timestamp()' },
  },
});

/** The tables of the module, but for those of its messages. */
export const entities = [Orders, Menus, MenuItems, Trackings, Events, Snapshots, Sagas, IdempotencyKeys];
