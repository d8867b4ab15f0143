import type { Dossier } from './dossier';
import type { Module } from './modules';
import type { Snapshots } from './snapshots';
import type { Witness } from './witness';

/** What shows that an invariant is broken: the facts, by name. */
export type Evidence = Readonly<Record<string, unknown>>;

interface About {
  /** As in the book of invariants: a letter for its section, and a number. */
  readonly id: string;
  readonly sentence: string;
  /** `at rest`: once nothing is waiting anywhere and every process has ended. */
  readonly when: 'always' | 'at rest';
}

/** Computed by one module's own database. */
interface InTables {
  readonly in: Module | 'every module';
  /** SQL that counts what is checked, as `things`. */
  readonly things: string;
  /** SQL whose every row is a violation. */
  readonly violations: string;
}

/** Something to be true of each order, over all modules. */
interface OfOrders {
  /** Of which orders it speaks. */
  readonly about: (order: Dossier) => boolean;
  readonly holds: (order: Dossier) => boolean;
  readonly shows: (order: Dossier) => Evidence;
}

/** Yields once for each thing that is checked: its evidence if it is wrong, or null. */
interface Examined {
  readonly examine: (snapshots: Snapshots) => AsyncIterable<Evidence | null>;
}

/** As {@link Examined}; needs somebody who remembers what was asked and answered. */
interface Witnessed {
  readonly hear: (witness: Witness, snapshots: Snapshots) => AsyncIterable<Evidence | null>;
}

/** A sentence about the data that is true whatever crashed on the way, and how it is computed. */
export type Invariant = About & (InTables | OfOrders | Examined | Witnessed);
