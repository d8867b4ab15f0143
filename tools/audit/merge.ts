/** Rows of one stream that share an id, and the id. */
interface Group<R> {
  readonly id: string;
  readonly rows: R[];
}

/**
 * Brings together what streams say about the same id, like the zip of a coat: no stream is ever in memory as a whole.
 *
 * @param streams each sorted by id, by the ids' code points (in SQL: `order by … collate "C"`).
 */
export async function* merge<const Name extends string>(
  streams: Readonly<Record<Name, AsyncIterable<{ readonly id: string }>>>,
): AsyncGenerator<{ id: string; rows: Readonly<Record<Name, readonly unknown[]>> }> {
  const names = Object.keys(streams) as Name[];
  const readers = names.map((name) => grouped(streams[name]));
  const heads = await Promise.all(readers.map(next));
  for (;;) {
    const ids = heads.flatMap((head) => head?.id ?? []);
    if (ids.length === 0) return;
    const id = ids.reduce((least, other) => (other < least ? other : least));
    const rows = names.map((name, at) => [name, heads[at]?.id === id ? heads[at].rows : []]);
    yield { id, rows: Object.fromEntries(rows) as Record<Name, readonly unknown[]> };
    for (const [at, reader] of readers.entries()) if (heads[at]?.id === id) heads[at] = await next(reader);
  }
}

async function* grouped<R extends { readonly id: string }>(stream: AsyncIterable<R>): AsyncGenerator<Group<R>> {
  let group: Group<R> | undefined;
  for await (const row of stream) {
    if (group?.id === row.id) group.rows.push(row);
    else {
      if (group) yield group;
      group = { id: row.id, rows: [row] };
    }
  }
  if (group) yield group;
}

async function next<T>(reader: AsyncGenerator<T>): Promise<T | undefined> {
  const { done, value } = await reader.next();
  return done ? undefined : value;
}
