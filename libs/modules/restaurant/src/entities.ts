import type { OrderId, TicketId, TicketStatus, Timetable } from '@thali/contracts';
import { IdempotencyKeys } from '@thali/kit/idempotency';
import { checks, table, typed } from '@thali/kit/postgres';
import type { Menu } from './domain/menu';
import type { TicketLine } from './domain/ticket';

const now = () => 'clock_timestamp()';

export const Restaurants = table('restaurants', {
  columns: {
    restaurantId: { type: 'text', primary: true },
    name: { type: 'text' },
    cuisine: { type: 'text', nullable: true },
    currency: { type: 'text' },
    lat: { type: 'float8' },
    lon: { type: 'float8' },
    /** What staff last said; the opening hours count too. */
    open: { type: 'boolean', update: false },
    timetable: { type: typed<Timetable>('jsonb'), nullable: true },
    prepMinutes: { type: 'int', nullable: true },
    autopilot: { type: 'boolean' },
    /** Of the menu in force. Every change to name, place or menu is a new one; opening and closing is none. */
    version: { type: 'int' },
  },
  checks: checks('restaurants_version_check', 'restaurants_prep_minutes_check'),
});

/** Every version of every menu is kept: orders name the one they were priced at. */
export const Menus = table('menus', {
  columns: {
    restaurantId: {
      type: 'text',
      primary: true,
      foreignKey: { target: 'restaurants', inverseSide: 'restaurantId', name: 'menus_restaurant_id_fkey' },
    },
    version: { type: 'int', primary: true },
    sections: { type: typed<Menu>('json') },
    publishedAt: { type: 'timestamptz', createDate: true, default: now },
  },
});

/** What the kitchen has of each dish now. Held to its moves by the same statements that write both. */
export const Items = table('items', {
  columns: {
    restaurantId: {
      type: 'text',
      primary: true,
      foreignKey: { target: 'restaurants', inverseSide: 'restaurantId', name: 'items_restaurant_id_fkey' },
    },
    itemId: { type: 'text', primary: true },
    onMenu: { type: 'boolean', default: true, insert: false },
    available: { type: 'boolean' },
    onHand: { type: 'int', default: 0, insert: false },
    reserved: { type: 'int', default: 0, insert: false },
  },
  checks: checks('reserved_within_on_hand'),
});

/** Why an item's numbers are what they are: they equal the sums of the two change columns. Rows are only added. */
export const StockMoves = table('stock_moves', {
  columns: {
    /** An identity, which `EntitySchema` has no word for; `increment` stands for both. */
    moveId: { type: 'bigint', primary: true, generated: 'increment', insert: false },
    restaurantId: { type: 'text' },
    itemId: { type: 'text' },
    kind: { type: typed<'received' | 'discarded' | 'reserve' | 'release' | 'commit'>('text') },
    quantity: { type: 'int' },
    orderId: { type: 'text', nullable: true },
    /** Of the order: a revised order releases what it held and reserves anew. */
    revision: { type: 'int', nullable: true },
    movedAt: { type: 'timestamptz', createDate: true, default: now },
    onHandChange: { type: 'int', generatedType: 'STORED' },
    reservedChange: { type: 'int', generatedType: 'STORED' },
  },
  checks: checks('stock_moves_kind_check', 'stock_moves_quantity_check', 'stock_moves_check'),
  indices: [
    { name: 'one_reserve', columns: ['orderId', 'itemId', 'revision'], unique: true, where: `kind = 'reserve'` },
    {
      name: 'one_commit_or_release',
      columns: ['orderId', 'itemId', 'revision'],
      unique: true,
      where: `kind in ('commit', 'release')`,
    },
  ],
});

export const Tickets = table('tickets', {
  columns: {
    ticketId: { type: typed<TicketId>('text'), primary: true },
    orderId: { type: typed<OrderId>('text'), update: false },
    /** Null: the order was called off before its ticket came, and nothing is to be done when it comes. */
    restaurantId: { type: 'text', nullable: true, update: false },
    status: { type: typed<TicketStatus>('text') },
    lines: { type: typed<readonly TicketLine[]>('jsonb') },
    revision: { type: 'int', default: 0, insert: false },
    autopilot: { type: 'boolean', default: false, update: false },
    reason: { type: 'text', nullable: true },
    delayedByMinutes: { type: 'int', default: 0, insert: false },
    version: { type: 'int', version: true, default: 1 },
    openedAt: { type: 'timestamptz', createDate: true, default: now, select: false },
  },
  uniques: [{ name: 'tickets_order_id_key', columns: ['orderId'] }],
  checks: checks('tickets_check'),
  indices: [{ name: 'kitchen_board', columns: ['restaurantId', 'status', 'ticketId'] }],
});

/** The tables of the module, but for those of its messages. */
export const entities = [Restaurants, Menus, Items, StockMoves, Tickets, IdempotencyKeys];
