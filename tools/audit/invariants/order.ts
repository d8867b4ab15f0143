import { merge } from '../merge';
import type { Evidence, Invariant } from '../invariant';
import type { Snapshots } from '../snapshots';

/** Events that change an order's status, and the status that each leads to. */
const statusAfter = `(values ('Placed', 'placed'), ('Confirmed', 'confirmed'), ('PreparationBegun', 'preparing'), ('MadeReady', 'ready'),
  ('PickedUp', 'picked-up'), ('Delivered', 'delivered'), ('Cancelled', 'cancelled')) as s(type, status)`;

/**
 * What may follow what, revisions aside: once undoing has begun nothing else happens, unless it turns out that the meal was brought. After
 * the pick-up it begins only when the money cannot be taken.
 */
const legalSteps = `(values
  ('Placed', 'Confirmed'), ('Confirmed', 'PreparationBegun'), ('Confirmed', 'MadeReady'), ('PreparationBegun', 'MadeReady'),
  ('MadeReady', 'PickedUp'), ('PickedUp', 'Delivered'), ('PickedUp', 'Cancelled'), ('Placed', 'CancellationBegun'),
  ('Confirmed', 'CancellationBegun'), ('PreparationBegun', 'CancellationBegun'), ('MadeReady', 'CancellationBegun'),
  ('PickedUp', 'CancellationBegun'), ('CancellationBegun', 'Cancelled'), ('CancellationBegun', 'PickedUp'),
  ('CancellationBegun', 'Delivered')) as s(before, after)`;

export const order: readonly Invariant[] = [
  {
    id: 'O4',
    sentence: 'the events of an order are numbered from 1 without gaps',
    when: 'always',
    in: 'order',
    things: 'select count(distinct stream_id) as things from events',
    violations: `
      select stream_id as "orderId", array_agg(version order by version) as versions from events
      group by stream_id having min(version) <> 1 or max(version) <> count(*)`,
  },
  {
    id: 'O4',
    sentence: 'the events of an order follow each other as they may, and nothing follows the last',
    when: 'always',
    in: 'order',
    things: 'select count(*) as things from events',
    violations: `
      with steps as (
        select stream_id, version, type as after, lag(type) over (partition by stream_id order by version) as before
        from events where type not in ('Revised', 'RevisionRefused')
      )
      select stream_id as "orderId", version, before, after from steps
      where case when before is null then after <> 'Placed' else (before, after) not in (select * from ${legalSteps}) end
      union all
      select stream_id, version, ended.type, e.type from events e
        join lateral (select type from events x where x.stream_id = e.stream_id and x.version < e.version
          and x.type in ('Delivered', 'Cancelled') limit 1) ended on true
      where e.type in ('Revised', 'RevisionRefused')`,
  },
  {
    id: 'O5',
    sentence: 'the order as it is stored is what its events make of it',
    when: 'always',
    in: 'order',
    things: 'select count(*) as things from orders',
    violations: `
      with folded as (
        select stream_id as order_id, max(version) as version,
          (array_agg(s.status order by version desc) filter (where s.status is not null))[1] as status,
          (array_agg(data -> 'total' order by version desc) filter (where e.type in ('Placed', 'Revised')))[1] as total
        from events e left join ${statusAfter} using (type) group by stream_id
      )
      select order_id as "orderId", o.status, f.status as "statusOfEvents", o.version, f.version as "versionOfEvents",
        o.summary -> 'total' as total, f.total as "totalOfEvents"
      from orders o full join folded f using (order_id)
      where o.status is distinct from f.status or o.version is distinct from f.version
        or (o.summary ->> 'total')::jsonb is distinct from f.total`,
  },
  {
    id: 'O6',
    sentence: 'every order has ended',
    when: 'at rest',
    in: 'order',
    things: 'select count(*) as things from orders',
    violations: `select order_id as "orderId", status, version from orders where status not in ('delivered', 'cancelled')`,
  },
  {
    id: 'O6',
    sentence: 'every saga has ended, and none waits for an operator',
    when: 'at rest',
    in: 'order',
    things: 'select count(*) as things from sagas',
    violations: `
      select saga_id as "orderId", name, status, step, alarm from sagas
      where status not in ('completed', 'undone') or alarm is not null`,
  },
  {
    id: 'O7',
    sentence: 'what was completed has every step done, what was undone has none left, and no step was done twice',
    when: 'at rest',
    in: 'order',
    things: 'select count(*) as things from sagas',
    violations: `
      select saga_id as "orderId", name, status, step, array_agg(outcome) as outcomes
      from (
        select saga_id, name, status, l.step, l.outcome
        from sagas cross join json_to_recordset(state -> 'ledger') as l(step text, outcome text)
      ) l group by saga_id, name, status, step
      having count(*) > 1 or (status = 'completed' and bool_or(outcome <> 'done'))
        or (status = 'undone' and bool_or(outcome in ('done', 'waiting', 'undoing')))`,
  },
  {
    id: 'O7',
    sentence:
      'an order is delivered only by a saga that was completed, and cancelled by one that was undone or whose courier failed',
    when: 'at rest',
    in: 'order',
    things: 'select count(*) as things from orders',
    violations: `
      select order_id as "orderId", o.status, s.status as saga
      from orders o full join (select * from sagas where name = 'order.fulfil-order') s on s.saga_id = o.order_id
      where (s.status = 'completed' and s.state #>> '{data,deliveryOutcome,delivered}' = 'true') is distinct from (o.status = 'delivered')
        or (s.status = 'undone' or s.state #>> '{data,deliveryOutcome,delivered}' = 'false') is distinct from (o.status = 'cancelled')`,
  },
  {
    id: 'O8',
    sentence: 'the total is the sum of the lines: quantity × (price + modifiers) by the menu that the order names',
    when: 'always',
    examine: comparePrices,
  },
];

interface PlacedRow {
  readonly id: string;
  readonly orderId: string;
  readonly type: string;
  readonly total: { amount: number; currency: string };
  readonly lines: readonly {
    itemId: string;
    quantity: number;
    unitPrice: { amount: number; currency: string };
    modifierIds: readonly string[];
  }[];
}

interface MenuRow {
  readonly id: string;
  readonly sections: readonly { items: readonly Dish[] }[];
}

interface Dish {
  readonly itemId: string;
  readonly price: { amount: number };
  readonly modifierGroups: readonly { modifiers: readonly { modifierId: string; price: { amount: number } }[] }[];
}

/** Orders of one menu version after another, so that one menu is in memory at a time. A revision does not say by which menu it was priced. */
async function* comparePrices({ effects, causes }: Snapshots): AsyncGenerator<Evidence | null> {
  const merged = merge({
    placed: effects.order.stream<PlacedRow>(placedByMenu),
    menus: causes.restaurant.stream<MenuRow>(menusByVersion),
  });
  for await (const { id, rows } of merged) {
    const dishes = new Map(
      rows.menus.flatMap(({ sections }) => sections.flatMap(({ items }) => items)).map((dish) => [dish.itemId, dish]),
    );
    for (const { orderId, type, lines, total } of rows.placed) {
      const sum = lines.reduce((all, { quantity, unitPrice }) => all + quantity * unitPrice.amount, 0);
      const wrong =
        type === 'Placed' ? lines.find((line) => line.unitPrice.amount !== priceOf(line, dishes)) : undefined;
      yield sum === total.amount && !wrong ? null : { orderId, menu: id, total: total.amount, sum, wrongLine: wrong };
    }
  }
}

/** Undefined when that menu does not have it. */
function priceOf(
  { itemId, modifierIds }: PlacedRow['lines'][number],
  dishes: ReadonlyMap<string, Dish>,
): number | undefined {
  const dish = dishes.get(itemId);
  const modifiers = dish?.modifierGroups.flatMap((group) => group.modifiers);
  const prices = modifierIds.map((id) => modifiers?.find(({ modifierId }) => modifierId === id)?.price.amount ?? NaN);
  return dish && prices.reduce((sum, price) => sum + price, dish.price.amount);
}

const placedByMenu = `
  select * from (
    select coalesce(data ->> 'restaurantId', '') || '/' || coalesce(data ->> 'menuVersion', '') as id, stream_id as "orderId", type,
      data -> 'total' as total, data -> 'lines' as lines
    from events where type in ('Placed', 'Revised')
  ) placed order by id collate "C"`;

const menusByVersion = `
  select * from (select restaurant_id || '/' || version as id, sections from menus) menus order by id collate "C"`;
