import { query, save, type Database } from '@thali/kit/postgres';
import { judge, type Entry, type Request } from './judge';

/** What became of a request, and the provider's name for it. */
export type Judged = Pick<Entry, 'outcome' | 'amount'> & { readonly reason: string | null; readonly reference: string };

/**
 * The simulated provider's books, written in transactions of their own: they say what it did even when nobody was left to apply it.
 */
export class ProviderLog {
  constructor(private readonly db: Database) {}

  /** Does what is asked, once per key. */
  async enter(request: Request): Promise<Judged> {
    return this.db.transaction(async (tx) => {
      const log = await tx.run(entriesOf, request);
      const known = log.find(({ key }) => key === request.key);
      if (known) return known;
      const verdict = judge(
        log.map(({ reason, ...entry }) => ({ ...entry, reason: reason ?? '' })),
        request,
      );
      const entry = { ...request, reason: null, ...verdict, number: log.length + 1, reference: tx.ids.next('psp') };
      tx.defer(append, entry);
      return entry;
    });
  }

  /** What became of the request with this key; undefined when it never came. */
  async find({
    orderId,
    key,
  }: Pick<Request, 'orderId' | 'key'>): Promise<(Judged & Pick<Request, 'token'>) | undefined> {
    const [found] = await this.db.read<Judged & Pick<Request, 'token'>>(
      'select outcome, amount, reason, reference, token from provider_log where order_id = $1 and key = $2',
      [orderId, key],
    );
    return found;
  }
}

type Row = Request & Judged;

const entriesOf = query<Request, Row>(`
  select i.n, l.order_id as "orderId", l.key, l.operation, l.currency, l.amount, l.token, l.outcome, l.reason, l.reference
  from json_to_recordset($1) as i(n int, "orderId" text) join provider_log l on l.order_id = i."orderId"
  order by l.number`);

const append = save<Row & { number: number }>(`
  insert into provider_log (order_id, number, key, operation, currency, amount, token, outcome, reason, reference)
  select "orderId", number, key, operation, currency, amount, token, outcome, reason, reference
  from json_to_recordset($1) as i(n int, "orderId" text, number int, key text, operation text, currency text, amount bigint,
    token text, outcome text, reason text, reference text)
  order by n
  on conflict do nothing returning null::int as n`);
