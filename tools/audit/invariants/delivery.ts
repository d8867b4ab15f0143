import type { Invariant } from '../invariant';
import type { Dossier } from '../dossier';

const isDelivered = ({ delivery }: Dossier) => delivery?.status === 'delivered';
const show = ({ orderId, order, delivery }: Dossier) => ({
  orderId,
  order: order?.status,
  ...delivery,
  delivery: delivery?.status,
});

export const delivery: readonly Invariant[] = [
  {
    id: 'D1',
    sentence: 'an order is with one courier at most',
    when: 'always',
    in: 'delivery',
    things: 'select count(*) as things from assignments',
    violations: `
      select order_id as "orderId", array_agg(courier_id) as couriers from assignments where ended_at is null
      group by order_id having count(*) > 1`,
  },
  {
    id: 'D1',
    sentence: 'a courier carries no more orders than they can',
    when: 'always',
    in: 'delivery',
    things: 'select count(*) as things from couriers',
    violations: `
      select courier_id as "courierId", capacity, count(*) as carries from assignments a left join couriers c using (courier_id)
      where ended_at is null group by courier_id, capacity having count(*) > coalesce(capacity, 0)`,
  },
  {
    id: 'D2',
    sentence: 'a delivered order was brought; a cancelled one was not, and nobody is bringing it',
    when: 'always',
    about: ({ order }) => order?.status === 'delivered' || order?.status === 'cancelled',
    holds: (dossier) =>
      dossier.order?.status === 'delivered'
        ? isDelivered(dossier)
        : !isDelivered(dossier) && (dossier.delivery?.activeAssignments ?? 0) === 0,
    shows: show,
  },
  {
    id: 'D2',
    sentence: 'what was brought is a delivered order',
    when: 'at rest',
    about: isDelivered,
    holds: ({ order }) => order?.status === 'delivered',
    shows: show,
  },
  {
    id: 'D4',
    sentence: "a courier's bag is taken exactly by an open offer or an order they are bringing",
    when: 'always',
    in: 'delivery',
    things: 'select count(*) as things from bags',
    violations: `
      with busy as (
        select order_id, courier_id from offers where status = 'open'
        union all select order_id, courier_id from assignments where ended_at is null
      ), taken as (select order_id, courier_id, bag from bags where order_id is not null)
      select order_id as "orderId", courier_id as "courierId", bag from taken full join busy using (order_id, courier_id)
      where taken.bag is null or busy.order_id is null`,
  },
  {
    id: 'D5',
    sentence: "the numbers of an order's couriers grow without gaps, and only the newest is or was the one to bring it",
    when: 'always',
    in: 'delivery',
    things: 'select count(*) as things from assignments',
    violations: `
      select order_id as "orderId", d.status, d.fence, array_agg(a.fence || ' ' || coalesce(outcome, 'active') order by a.fence) as couriers
      from deliveries d left join assignments a using (order_id) group by order_id, d.status, d.fence
      having d.fence <> coalesce(max(a.fence), 0) or count(a.fence) <> d.fence
        or bool_or(a.fence < d.fence and (ended_at is null or outcome in ('delivered', 'failed')))`,
  },
  {
    id: 'D6',
    sentence: 'for every order that was brought its courier is to be paid, once; for no other',
    when: 'always',
    in: 'delivery',
    things: `select count(*) as things from deliveries where status = 'delivered'`,
    violations: `
      select order_id as "orderId", d.courier_id as brought, e.courier_id as paid
      from (select * from deliveries where status = 'delivered') d full join courier_earnings e using (order_id)
      where d.courier_id is distinct from e.courier_id`,
  },
  {
    id: 'D6',
    sentence: 'the ledger pays the courier who brought the order, and no other',
    when: 'at rest',
    about: ({ money }) => (money?.paidCouriers.length ?? 0) > 0,
    holds: (dossier) => isDelivered(dossier) && dossier.money?.paidCouriers.join() === dossier.delivery?.courier,
    shows: (dossier) => ({ ...show(dossier), paid: dossier.money?.paidCouriers }),
  },
];
