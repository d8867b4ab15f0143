import { modules, type Module, type UrlOf } from './modules';
import { withReaders, type Readers } from './reader';

/**
 * The databases at two instants each. What is found among the `effects` must have its reason among the `causes`: these were frozen
 * later, and reasons are never deleted. So nothing that happened between the snapshots is taken for a violation.
 *
 * Among the effects, too, each module is frozen before those that hold the reasons of what it says: the bank before payment, payment before order, order before
 * restaurant and delivery.
 */
export interface Snapshots {
  readonly effects: Readers;
  readonly causes: Readers;
}

const first: readonly Module[] = ['bank', 'payment'];
const effectsFirst: readonly Module[] = [...first, ...modules.filter((module) => !first.includes(module))];

/**
 * The id from which on no module has dropped what it has said or handled. Of earlier messages nothing can be said: one side may have
 * dropped them, and the other not yet.
 */
export async function windowOf({ effects, causes }: Snapshots): Promise<string> {
  const readers = [...Object.values(effects), ...Object.values(causes)];
  const horizons = await Promise.all(
    readers.map((reader) => reader.all<{ before: string }>('select before from horizon')),
  );
  return horizons.flat().reduce((latest, { before }) => (before > latest ? before : latest), '');
}

/** Takes the snapshots and does the work with them. */
export async function withSnapshots<T>(urlOf: UrlOf, work: (snapshots: Snapshots) => Promise<T>): Promise<T> {
  return withReaders(urlOf, (effects) =>
    withReaders(urlOf, async (causes) => {
      for (const module of effectsFirst) await effects[module].freeze();
      for (const module of effectsFirst) await causes[module].freeze();
      return work({ effects, causes });
    }),
  );
}
