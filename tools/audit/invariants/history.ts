import { isDeepStrictEqual } from 'node:util';
import type { Evidence, Invariant } from '../invariant';
import type { Snapshots } from '../snapshots';
import { acknowledged, type Intention, type Witness } from '../witness';

/** What can be said only together with somebody who remembers what was asked and answered. */
export const history: readonly Invariant[] = [
  {
    id: 'O1',
    sentence: 'every acknowledged order exists as it was asked for',
    when: 'always',
    hear: findAltered,
  },
  {
    id: 'O2',
    sentence: 'every order was asked for',
    when: 'always',
    hear: findUnasked,
  },
  {
    id: 'O3',
    sentence: 'one order at most for each customer and Idempotency-Key',
    when: 'always',
    hear: findDoubled,
  },
  {
    id: 'O3',
    sentence: 'an order was placed by one Idempotency-Key at most',
    when: 'always',
    in: 'order',
    things: `select count(*) as things from idempotency_keys where route = 'POST /orders'`,
    violations: `
      select answer #>> '{body,orderId}' as "orderId", array_agg(key) as keys from idempotency_keys
      where route = 'POST /orders' group by 1 having count(*) > 1`,
  },
  {
    id: 'O9',
    sentence: 'a customer finds their order from its acknowledgement on, and never sees it go back',
    when: 'always',
    hear: findBackward,
  },
  {
    id: 'O10',
    sentence:
      'the same key and wish get the same order and answer; another wish is refused, a concurrent one answered alike or refused',
    when: 'always',
    hear: findInconsistent,
  },
];

interface Placed {
  readonly orderId: string;
  readonly customerId: string;
  readonly restaurantId: string;
  readonly deliverTo: Intention['asked']['deliverTo'];
  readonly lines: readonly { itemId: string; quantity: number; modifierIds: readonly string[] }[];
  readonly total: object;
}

/** The orders of the witness's customers as they were placed. */
async function* placedBy({ intentions }: Witness, { causes }: Snapshots): AsyncGenerator<Placed> {
  const customers = [...new Set(intentions.map(({ customerId }) => customerId))];
  yield* causes.order.stream<Placed>(
    `select stream_id as "orderId", data ->> 'customerId' as "customerId", data ->> 'restaurantId' as "restaurantId",
       data -> 'deliverTo' as "deliverTo", data -> 'lines' as lines, data -> 'total' as total
     from orders join events on stream_id = order_id and type = 'Placed' where customer_id = any($1)`,
    [customers],
  );
}

async function* findAltered(witness: Witness, snapshots: Snapshots): AsyncGenerator<Evidence | null> {
  const promised = new Map(witness.intentions.flatMap((each) => promiseOf(each)));
  for await (const placed of placedBy(witness, snapshots)) {
    const intention = promised.get(placed.orderId);
    if (!intention) continue;
    promised.delete(placed.orderId);
    yield isWhatWasAsked(placed, intention)
      ? null
      : { orderId: placed.orderId, key: intention.key, asked: intention.asked, placed };
  }
  for (const [orderId, { key, customerId }] of promised)
    yield { orderId, key, customerId, problem: 'there is no such order' };
}

function promiseOf(intention: Intention): [string, Intention][] {
  const orderId = acknowledged(intention);
  return orderId ? [[orderId, intention]] : [];
}

function isWhatWasAsked(placed: Placed, intention: Intention): boolean {
  const { customerId, asked, answers } = intention;
  const plain = (lines: Intention['asked']['lines']) =>
    lines.map(({ itemId, quantity, modifierIds = [] }, n) => ({
      itemId,
      quantity,
      // What follows are the defaults of the menu, where the customer chose nothing.
      modifierIds: modifierIds.slice(0, asked.lines[n]?.modifierIds?.length ?? 0),
    }));
  const total = (answers.find(({ status }) => status === 202)?.body as { total?: unknown } | undefined)?.total;
  return isDeepStrictEqual(
    [placed.customerId, placed.restaurantId, placed.deliverTo, plain(placed.lines), placed.total],
    [customerId, asked.restaurantId, asked.deliverTo, plain(asked.lines), total],
  );
}

/** An order that was not acknowledged was asked for if one of the customer's wishes without an answer is just like it. */
async function* findUnasked(witness: Witness, snapshots: Snapshots): AsyncGenerator<Evidence | null> {
  const promised = new Set(witness.intentions.map(acknowledged));
  const open = witness.intentions.filter((each) => !acknowledged(each));
  for await (const placed of placedBy(witness, snapshots)) {
    const at = open.findIndex(
      ({ customerId, asked }) => customerId === placed.customerId && asked.restaurantId === placed.restaurantId,
    );
    const asked = promised.has(placed.orderId) || (at >= 0 && open.splice(at, 1).length > 0);
    yield asked ? null : { ...placed };
  }
}

async function* findDoubled({ intentions }: Witness): AsyncGenerator<Evidence | null> {
  const owners = new Map<string, string>();
  for (const { key, customerId, answers } of intentions) {
    const orderIds = [...new Set(answers.flatMap(({ orderId }) => orderId ?? []))];
    const shared = orderIds.filter((orderId) => owners.has(orderId));
    for (const orderId of orderIds) owners.set(orderId, key);
    yield orderIds.length <= 1 && shared.length === 0
      ? null
      : { key, customerId, orderIds, alsoOf: shared.map((id) => owners.get(id)) };
  }
}

const ranks = ['placed', 'confirmed', 'preparing', 'ready', 'picked-up', 'delivered', 'cancelled'];

async function* findBackward({ intentions }: Witness): AsyncGenerator<Evidence | null> {
  for (const { key, reads, answers } of intentions) {
    let last = { status: 'placed', version: 1 };
    for (const read of reads) {
      const found = !('missing' in read);
      const forward = found && read.version >= last.version && ranks.indexOf(read.status) >= ranks.indexOf(last.status);
      yield forward ? null : { key, orderId: answers.find(({ orderId }) => orderId)?.orderId, last, read };
      if (found) last = read;
    }
  }
}

async function* findInconsistent({ intentions }: Witness): AsyncGenerator<Evidence | null> {
  for (const { key, answers, misuses } of intentions) {
    const accepted = answers.filter(({ status }) => status === 202);
    const different = accepted.find(({ body }) => !isDeepStrictEqual(body, accepted[0]?.body));
    // A refusal stores nothing, so the next try is judged afresh; but what was acknowledged is never refused later.
    const refusedLater = answers.slice(answers.findIndex(({ status }) => status === 202) + 1).filter(isRefusal);
    const lenient = misuses.filter((status) => ![422, 409].includes(status));
    const wrong = different !== undefined || (accepted.length > 0 && refusedLater.length > 0) || lenient.length > 0;
    yield wrong ? { key, answers, misuses } : null;
  }
}

/** Neither accepted, nor unknown, nor merely told to wait. */
function isRefusal({ status }: { status: number | undefined }): boolean {
  return status !== undefined && status >= 400 && status < 500 && status !== 409 && status !== 429;
}
