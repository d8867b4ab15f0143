import { eventually } from '@thali/kit/messaging/testing';
import { Library, type Answer } from './library';

/** All new work is refused at twice that, other requests from four times that on. */
const maxLagMs = 1_500;

describe('a service of which too much is asked', () => {
  let library: Library;
  let bookId: string;
  let release: () => void;
  /** A request that waits for its turn, as no more than these do. */
  let waiting: Promise<Answer>;

  beforeAll(async () => (library = await Library.open({ LIBRARY_MAX_LAG_MS: String(maxLagMs) })));
  afterAll(() => library.close());

  const lend = (body: object | string = { to: 'Pony' }) =>
    library.ask('POST', `/books/${bookId}/loans`, { body, headers: { 'idempotency-key': bookId } });

  /** Every transaction that begins now lasts until it is released. */
  beforeEach(async () => {
    bookId = await library.addBook();
    const released = new Promise<void>((resolve) => (release = resolve));
    for (const _ of ['one lane', 'the other']) {
      await new Promise<void>((begun) => {
        void library.db.transaction(() => {
          begun();
          return released;
        });
      });
    }
    waiting = library.ask('POST', '/books', { body: { title: 'Pünktchen und Anton', authors: [{ name: 'Kästner' }] } });
    // Until the lag has stood for a while: one slow moment is no overload.
    await eventually(
      () => library.ask('POST', `/books/${bookId}/loans`, { body: 'no JSON', headers: { 'idempotency-key': bookId } }),
      ({ headers }) => headers['x-refused-share'] === '1',
    );
  });
  afterEach(async () => {
    release();
    expect((await waiting).status).toBe(201);
  });

  it('refuses what begins new work, says when to come again, and does not even read it', async () => {
    const { status, headers, body } = await lend('no JSON');
    expect([status, headers['content-type']]).toEqual([503, 'application/problem+json; charset=utf-8']);
    expect(body).toMatchObject({ code: 'service.overloaded', detail: expect.stringContaining('Nothing was changed') });
    expect(['1', '2', '3']).toContain(headers['retry-after']);
  });

  it('says how much it refuses, for whoever passes requests on, and nothing when it refuses none', async () => {
    expect((await lend()).headers['x-refused-share']).toBe('1');
    release();
    const { headers } = await eventually(
      () => lend(),
      ({ status }) => status !== 503,
    );
    expect(headers).not.toHaveProperty('x-refused-share');
  });

  it('takes it, with the same key, when it has done what it had accepted before', async () => {
    expect((await lend()).status).toBe(503);
    release();
    const { status } = await eventually(
      () => lend(),
      ({ status }) => status !== 503,
    );
    expect([status, (await lend()).status]).toEqual([202, 202]);
    expect(await library.db.read('select 1 from messages where key = $1', [bookId])).toHaveLength(1);
  });

  it('still takes what brings other work to its end, and still answers questions', async () => {
    const renaming = library.ask('PUT', `/books/${bookId}`, {
      body: { title: 'Emil' },
      headers: { 'if-match': '"1"' },
    });
    expect([(await lend()).status, (await library.ask('GET', '/books')).status]).toEqual([503, 200]);
    release();
    expect((await renaming).status).toBe(200);
  });
});
