import { dossiers } from './dossier';
import type { Evidence, Invariant } from './invariant';
import { invariants } from './invariants';
import { modules, type UrlOf } from './modules';
import { areAtRest } from './rest';
import { withSnapshots, type Snapshots } from './snapshots';
import type { Witness } from './witness';

export interface AuditOptions {
  readonly urlOf: UrlOf;
  /** Whether nothing is under way any more, so that what holds only then is checked, too. Found out when it is not given. */
  readonly atRest?: boolean;
  readonly witness?: Witness;
}

export interface Audit {
  readonly atRest: boolean;
  readonly findings: readonly Finding[];
}

/** What was found out about one invariant. */
export interface Finding {
  readonly id: string;
  readonly sentence: string;
  /** `unknown`: there was nothing to check, or it could not be checked now. That proves nothing. */
  readonly verdict: 'valid' | 'invalid' | 'unknown';
  /** How many things were looked at. */
  readonly checked: number;
  readonly violations: number;
  /** Of the first few violations. */
  readonly evidence: readonly Evidence[];
}

const evidenceKept = 5;

/**
 * Computes every invariant from the modules' own databases, whether these share a server or not. Changes nothing. Those that need a
 * witness are left out when there is none.
 */
export function audit({ urlOf, ...options }: AuditOptions): Promise<Audit> {
  return withSnapshots(urlOf, (snapshots) => auditSnapshots(snapshots, options));
}

/** As {@link audit}, with snapshots that were taken before. */
export async function auditSnapshots(
  snapshots: Snapshots,
  { atRest: given, witness }: Omit<AuditOptions, 'urlOf'>,
): Promise<Audit> {
  const atRest = given ?? (await areAtRest(snapshots));
  const askable = invariants.filter((invariant) => witness || !('hear' in invariant));
  const tallies = new Map(askable.map((invariant) => [invariant, new Tally()]));
  const due = askable.filter(({ when }) => atRest || when === 'always');
  await checkOrders(due, tallies, snapshots);
  for (const invariant of due) await checkOne(invariant, tallies.get(invariant)!, snapshots, witness);
  return { atRest, findings: askable.map((invariant) => tallies.get(invariant)!.finding(invariant)) };
}

/** One pass over all orders for all invariants that speak of orders. */
async function checkOrders(
  due: readonly Invariant[],
  tallies: ReadonlyMap<Invariant, Tally>,
  { effects }: Snapshots,
): Promise<void> {
  const ofOrders = due.filter((invariant) => 'about' in invariant);
  for await (const order of dossiers(effects)) {
    for (const invariant of ofOrders) {
      if (invariant.about(order)) tallies.get(invariant)?.note(invariant.holds(order) ? null : invariant.shows(order));
    }
  }
}

async function checkOne(invariant: Invariant, tally: Tally, snapshots: Snapshots, witness?: Witness): Promise<void> {
  if ('examine' in invariant) await tally.noteAll(invariant.examine(snapshots));
  else if ('hear' in invariant && witness) await tally.noteAll(invariant.hear(witness, snapshots));
  else if ('in' in invariant) {
    const places = invariant.in === 'every module' ? modules : [invariant.in];
    for (const place of places) {
      const [counted] = await snapshots.effects[place].all<{ things: number }>(invariant.things);
      tally.count(counted?.things ?? 0);
      for (const row of await snapshots.effects[place].all(invariant.violations))
        tally.blame({ module: place, ...row });
    }
  }
}

class Tally {
  private checked = 0;
  private violations = 0;
  private readonly evidence: Evidence[] = [];

  count(things: number): void {
    this.checked += things;
  }

  blame(evidence: Evidence): void {
    this.violations++;
    if (this.evidence.length < evidenceKept) this.evidence.push(evidence);
  }

  note(evidence: Evidence | null): void {
    this.count(1);
    if (evidence) this.blame(evidence);
  }

  async noteAll(examined: AsyncIterable<Evidence | null>): Promise<void> {
    for await (const evidence of examined) this.note(evidence);
  }

  finding({ id, sentence }: Invariant): Finding {
    const { checked, violations, evidence } = this;
    const verdict = violations > 0 ? 'invalid' : checked > 0 ? 'valid' : 'unknown';
    return { id, sentence, verdict, checked, violations, evidence };
  }
}
