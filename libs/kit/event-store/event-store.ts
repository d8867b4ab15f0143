import { rows, type Database, type RowOf, type Tx } from '../postgres';
import { Events, Snapshots } from './event-store.tables';

/** An event as a domain names it: a union of objects with a `type`. */
export interface DomainEvent {
  readonly type: string;
}

interface Definition<State, Event extends DomainEvent> {
  /** What a stream is before its first event. */
  initial: State;
  /** The state after an event. Pure; it must understand every event ever stored. States are plain data. */
  evolve: (state: State, event: Event) => State;
  /** A snapshot is written each time this many events have been appended; default 50. */
  snapshotEvery?: number;
}

/** A stream as it was loaded. */
export interface Loaded<State> {
  readonly state: State;
  /** Of its last event; 0 when there is none. */
  readonly version: number;
}

/** An event with its place in the stream. */
export type StoredEvent = Omit<RowOf<typeof Events>, 'streamId'>;

/** Aggregates stored as the events that made them. A stream's events are numbered from 1 without gaps. */
export class EventStore<State, Event extends DomainEvent> {
  constructor(private readonly definition: Definition<State, Event>) {}

  async load(tx: Tx, streamId: string): Promise<Loaded<State>> {
    return this.fold(await tx.run(loadStream, { streamId }));
  }

  /**
   * Appends to a stream whose last event the caller knows. When another transaction has appended meanwhile, the unit of work runs again.
   *
   * @param loaded as `load` gave it.
   * @returns the stream with the events.
   */
  append(tx: Tx, streamId: string, loaded: Loaded<State>, events: readonly Event[]): Loaded<State> {
    const { correlationId, causationId } = tx.context;
    for (const [n, { type, ...data }] of events.entries()) {
      const version = loaded.version + n + 1;
      tx.defer(Events.insert, { streamId, version, type, data, correlationId, causationId });
    }
    const state = events.reduce(this.definition.evolve, loaded.state);
    const version = loaded.version + events.length;
    const every = this.definition.snapshotEvery ?? 50;
    if (Math.floor(version / every) > Math.floor(loaded.version / every))
      tx.defer(saveSnapshot, { streamId, version, state });
    return { state, version };
  }

  /** The events of a stream, oldest first. */
  history(db: Database, streamId: string): Promise<StoredEvent[]> {
    const columns = Events.columns('e', 'version', 'type', 'data', 'recordedAt', 'correlationId', 'causationId');
    return db.read<StoredEvent>(`select ${columns} from events e where stream_id = $1 order by version`, [streamId]);
  }

  /** The state that these events make. */
  replay(events: readonly Pick<StoredEvent, 'type' | 'data'>[]): State {
    return events.reduce(
      (state, { type, data }) => this.definition.evolve(state, toEvent<Event>(type, data)),
      this.definition.initial,
    );
  }

  private fold(rows: StreamRow[]): Loaded<State> {
    const first = rows[0];
    let state = (first?.state as State | null) ?? this.definition.initial;
    let version = first?.snapshotVersion ?? 0;
    for (const row of rows) {
      if (row.version === null) continue;
      state = this.definition.evolve(state, toEvent<Event>(row.type, row.data));
      version = row.version;
    }
    return { state, version };
  }
}

interface StreamRow {
  snapshotVersion: number | null;
  state: unknown;
  version: number | null;
  type: string;
  data: unknown;
}

function toEvent<Event>(type: string, data: unknown): Event {
  return { type, ...(data as object) } as Event;
}

/** Two tables at once: a stream is its snapshot, if it has one, and the events since. */
const loadStream = rows({ streamId: 'text' }).query<StreamRow>(
  (input) => `
  select i.n, s.version as "snapshotVersion", s.state, e.version, e.type, e.data
  from ${input}
  left join snapshots s on s.stream_id = i."streamId"
  left join events e on e.stream_id = i."streamId" and e.version > coalesce(s.version, 0)
  order by i.n, e.version`,
);

/** Of several snapshots, here or there already, the newest stays. */
const saveSnapshot = rows(Snapshots.newRow).change(
  (input) => `
  ${Snapshots.insertFrom(`(select distinct on ("streamId") * from ${input} order by "streamId", version desc) i`)}
  on conflict (stream_id) do update set version = excluded.version, state = excluded.state where snapshots.version < excluded.version`,
);
