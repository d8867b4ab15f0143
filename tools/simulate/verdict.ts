import { audit, type Audit } from '../audit/audit';
import type { UrlOf } from '../audit/modules';
import { Reader } from '../audit/reader';
import { waitForRest, type Outstanding } from '../audit/rest';
import type { Outcome } from './simulation';

const restWithinMs = 60_000;

export interface Verdict extends Audit {
  /** What was still under way when patience ended. */
  readonly outstanding: Outstanding;
}

/** Waits until nothing is under way, then checks every invariant, with the customers as witnesses. What never ends is a violation, too. */
export async function judge({ witness }: Outcome, urlOf: UrlOf): Promise<Verdict> {
  const outstanding = await waitForRest(urlOf, restWithinMs);
  return { outstanding, ...(await audit({ urlOf, atRest: true, witness })) };
}

/** Whether these are the databases behind the server that the run has talked to. */
export async function isBehind(urlOf: UrlOf, { courierId }: Pick<Outcome, 'courierId'>): Promise<boolean> {
  const reader = await Reader.connect('delivery', urlOf('delivery')).catch(() => undefined);
  const found = await reader?.all('select from couriers where courier_id = $1', [courierId]).catch(() => []);
  await reader?.close();
  return found?.length === 1;
}
