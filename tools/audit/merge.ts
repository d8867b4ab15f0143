interface Identified {
  readonly id: string;
}

type Streams = Readonly<Record<string, AsyncIterable<Identified>>>;
type RowsOf<S extends Streams> = {
  readonly [Name in keyof S]: S[Name] extends AsyncIterable<infer R> ? readonly R[] : never;
};

/**
 * Brings together what several streams say about the same id, without ever holding more than one id's rows.
 *
 * @param streams each sorted by id, by the ids' code points (in SQL: `order by … collate "C"`).
 */
export async function* merge<S extends Streams>(streams: S): AsyncGenerator<{ id: string; rows: RowsOf<S> }> {
  const readers = Object.entries(streams).map(([name, stream]) => ({ name, groups: groupById(stream) }));
  const heads = await Promise.all(readers.map(({ groups }) => take(groups)));
  for (;;) {
    const ids = heads.flatMap((head) => head?.id ?? []);
    if (ids.length === 0) return;
    const id = ids.reduce((least, other) => (other < least ? other : least));
    const rows = readers.map(({ name }, at) => [name, heads[at]?.id === id ? heads[at].rows : []]);
    yield { id, rows: Object.fromEntries(rows) as RowsOf<S> };
    for (const [at, { groups }] of readers.entries()) if (heads[at]?.id === id) heads[at] = await take(groups);
  }
}

interface Group extends Identified {
  readonly rows: Identified[];
}

async function* groupById(stream: AsyncIterable<Identified>): AsyncGenerator<Group> {
  let group: Group | undefined;
  for await (const row of stream) {
    if (group?.id === row.id) group.rows.push(row);
    else {
      if (group) yield group;
      group = { id: row.id, rows: [row] };
    }
  }
  if (group) yield group;
}

async function take<T>(reader: AsyncGenerator<T>): Promise<T | undefined> {
  const { done, value } = await reader.next();
  return done ? undefined : value;
}
