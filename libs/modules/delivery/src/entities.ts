import type { DeliveryStatus } from '@thali/contracts';
import { IdempotencyKeys } from '@thali/kit/idempotency';
import { checks, table, typed } from '@thali/kit/postgres';
import type { Route } from './domain/delivery';
import type { Offer } from './domain/search';

const now = () => 'clock_timestamp()';

export const Couriers = table('couriers', {
  columns: {
    courierId: { type: 'text', primary: true },
    name: { type: 'text' },
    capacity: { type: 'smallint' },
    autopilot: { type: 'boolean' },
    onShift: { type: 'boolean', default: false },
    lat: { type: 'float8' },
    lon: { type: 'float8' },
    /** When the position was true, by the sender's clock: the latest wins. */
    positionAt: { type: 'timestamptz' },
    version: { type: 'int', version: true, default: 1 },
  },
  checks: checks('couriers_capacity_check'),
  indices: [{ name: 'couriers_lat_idx', columns: ['lat'], where: 'on_shift' }],
});

/** A courier carries as many orders as they have bags, and a bag holds one order, offered or accepted. */
const Bags = table('bags', {
  columns: {
    courierId: {
      type: 'text',
      primary: true,
      foreignKey: { target: 'couriers', inverseSide: 'courierId', name: 'bags_courier_id_fkey' },
    },
    bag: { type: 'smallint', primary: true },
    orderId: { type: 'text', nullable: true },
  },
  indices: [
    { name: 'bags_order_id_idx', columns: ['orderId'], unique: true, where: 'order_id is not null' },
    { name: 'bags_courier_id_idx', columns: ['courierId'], where: 'order_id is null' },
  ],
});

export const Deliveries = table('deliveries', {
  columns: {
    orderId: { type: 'text', primary: true },
    deliveryId: { type: 'text', update: false },
    status: { type: typed<DeliveryStatus>('text') },
    pickUpAt: { type: typed<Route['pickUpAt']>('jsonb'), nullable: true, update: false },
    deliverTo: { type: typed<Route['deliverTo']>('jsonb'), nullable: true, update: false },
    pickUpLat: { type: 'float8', nullable: true, generatedType: 'STORED', select: false },
    pickUpLon: { type: 'float8', nullable: true, generatedType: 'STORED', select: false },
    waiting: { type: 'boolean', default: false, insert: false },
    mealReady: { type: 'boolean', default: false, insert: false },
    courierId: { type: 'text', nullable: true, insert: false },
    fence: { type: 'int', default: 0, insert: false },
    searchUntil: { type: 'timestamptz' },
    /** The context of the request, for the unit of work that resumes the search. */
    correlationId: { type: 'text', update: false },
    causationId: { type: 'uuid', nullable: true, update: false },
    version: { type: 'int', version: true, default: 1 },
  },
  uniques: [{ name: 'deliveries_delivery_id_key', columns: ['deliveryId'] }],
  checks: checks('deliveries_status_check', 'deliveries_check', 'deliveries_check1', 'deliveries_check2'),
  indices: [{ name: 'deliveries_search_until_idx', columns: ['searchUntil'], where: 'waiting' }],
});

export const Offers = table('offers', {
  columns: {
    offerId: { type: 'text', primary: true },
    orderId: {
      type: 'text',
      foreignKey: { target: 'deliveries', inverseSide: 'orderId', name: 'offers_order_id_fkey' },
    },
    courierId: { type: 'text' },
    status: { type: typed<Offer['status']>('text'), default: 'open', insert: false },
    expiresAt: { type: 'timestamptz' },
    offeredAt: { type: 'timestamptz', createDate: true, default: now },
    answeredAt: { type: 'timestamptz', nullable: true, insert: false },
  },
  checks: checks('offers_status_check', 'offers_check'),
  // No courier is asked twice for the same order.
  uniques: [{ name: 'offers_order_id_courier_id_key', columns: ['orderId', 'courierId'] }],
  indices: [
    { name: 'offers_order_id_idx', columns: ['orderId'], unique: true, where: `status = 'open'` },
    { name: 'offers_courier_id_idx', columns: ['courierId'], where: `status = 'open'` },
  ],
});

export const Assignments = table('assignments', {
  columns: {
    orderId: {
      type: 'text',
      primary: true,
      foreignKey: { target: 'deliveries', inverseSide: 'orderId', name: 'assignments_order_id_fkey' },
    },
    fence: { type: 'int', primary: true },
    courierId: { type: 'text' },
    assignedAt: { type: 'timestamptz', createDate: true, default: now },
    endedAt: { type: 'timestamptz', nullable: true, insert: false },
    outcome: { type: 'text', nullable: true, insert: false },
    reason: { type: 'text', nullable: true, insert: false },
  },
  checks: checks('assignments_fence_check', 'assignments_outcome_check', 'assignments_check'),
  indices: [
    { name: 'assignments_order_id_idx', columns: ['orderId'], unique: true, where: 'ended_at is null' },
    { name: 'assignments_courier_id_idx', columns: ['courierId'], where: 'ended_at is null' },
  ],
});

/** What couriers are to be paid for: once per delivered order, never changed. */
const CourierEarnings = table('courier_earnings', {
  columns: {
    orderId: { type: 'text', primary: true },
    courierId: { type: 'text' },
    fence: { type: 'int' },
    metres: { type: 'int' },
    earnedAt: { type: 'timestamptz', createDate: true, default: now },
  },
  checks: checks('courier_earnings_metres_check'),
  foreignKeys: [
    {
      target: 'assignments',
      columnNames: ['orderId', 'fence'],
      referencedColumnNames: ['orderId', 'fence'],
      name: 'courier_earnings_order_id_fence_fkey',
    },
  ],
});

/** The tables of the module, but for those of its messages. */
export const entities = [Couriers, Bags, Deliveries, Offers, Assignments, CourierEarnings, IdempotencyKeys];
