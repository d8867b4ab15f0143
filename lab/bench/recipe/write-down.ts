import { Client } from 'pg';
import { randomUUID } from 'node:crypto';
import { peopleFor, type Thali } from '../contestants/thali';
import type { Goal } from '../load/customers';
import { firstPlace, wish } from '../town';
import { makeRecipe, type Recipe } from './recipe';
import { recordChanges, type Change } from './record';

const tries = 3;
const atLeisureMs = 100;

/** Has Thali take an order at leisure and notes what it writes until it is where it is to go. @param url of Thali's one database. */
export async function writeDown(thali: Thali, url: string, goal: Goal): Promise<Recipe> {
  const stage = await thali.enter(goal, peopleFor(goal, atLeisureMs));
  const admin = new Client({ connectionString: url });
  await admin.connect();
  try {
    let best: Change[] = [];
    for (let attempt = 0; attempt < tries; attempt++) {
      const changes = await recordChanges(admin, () => placeOne(stage.url));
      if (transactionsOf(changes) > transactionsOf(best)) best = changes;
      if (!sharesTransactions(changes)) break;
    }
    return await makeRecipe(admin, best);
  } finally {
    await admin.end();
    await stage.leave();
  }
}

async function placeOne(url: string): Promise<void> {
  const answer = await fetch(`${url}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
    body: JSON.stringify(wish(firstPlace, 0)),
  });
  if (answer.status !== 202) throw new Error(`an order is refused: ${answer.status} ${await answer.text()}`);
}

function transactionsOf(changes: readonly Change[]): number {
  return new Set(changes.map(({ transaction }) => transaction)).size;
}

/** Even a lone order sometimes has two messages handled at once, in one transaction. Then one that has not is looked for. */
function sharesTransactions(changes: readonly Change[]): boolean {
  const handled = changes.filter(({ table, operation }) => table.endsWith('.handled') && operation === 'INSERT');
  return handled.length !== new Set(handled.map(({ transaction }) => transaction)).size;
}
