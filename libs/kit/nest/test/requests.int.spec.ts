import { eventually } from '@thali/kit/messaging/testing';
import { Library } from './library';

let library: Library;
beforeAll(async () => (library = await Library.open()));
afterAll(() => library.close());

const authors = [{ name: 'Erich Kästner' }];

describe('a request that is not right', () => {
  it.each([
    ['a field of the wrong kind', { title: 7, authors }, ['title']],
    ['a field that is missing', { authors }, ['title']],
    ['a field with nothing in it', { title: '   ', authors }, ['title']],
    ['a field deep inside', { title: 'Emil', authors: [{ name: 'Erich Kästner', born: 1.5 }] }, ['authors.0.born']],
    ['several fields', { title: '', authors: [] }, ['title', 'authors']],
    ['the whole body', 'null', ['title', 'authors']],
    ['the whole body', '[]', ['']],
  ])('is told every field that is wrong: %s', async (_, body, fields) => {
    const { status, headers, body: problem } = await library.ask('POST', '/books', { body });
    expect([status, headers['content-type']]).toEqual([400, 'application/problem+json; charset=utf-8']);
    expect(problem).toMatchObject({ status: 400, code: 'request.invalid', type: 'about:blank' });
    expect((problem.problems as { field: string }[]).map(({ field }) => field)).toEqual(fields);
  });

  it.each([
    ['in the path', '/books/a-book', 'id'],
    ['in the query', '/books?limit=many', 'limit'],
    ['in the query, out of bounds', '/books?limit=51', 'limit'],
  ])('is told what is wrong %s', async (_, url, field) => {
    const { status, body } = await library.ask('GET', url);
    expect([status, body.problems]).toEqual([400, [{ field, expected: expect.any(String) }]]);
  });

  it('is told that it is not JSON', async () => {
    const { status, body } = await library.ask('POST', '/books', { body: '{ "title": ' });
    expect([status, body.code, body.detail]).toEqual([
      400,
      'request.invalid',
      expect.stringMatching(/^the body is not JSON: /),
    ]);
  });

  it('is told that it is not said to be JSON', async () => {
    const headers = { 'content-type': 'text/csv' };
    const { status, body } = await library.ask('POST', '/books', { body: 'title;author', headers });
    expect([status, body.status, body.code]).toEqual([415, 415, 'request.refused']);
  });

  it('is told that it is too large', async () => {
    const { status, body } = await library.ask('POST', '/books', { body: { title: 'x'.repeat(1_100_000), authors } });
    expect([status, body.status, body.code]).toEqual([413, 413, 'request.refused']);
  });

  it.each([
    ['U+0000', { title: 'Emil\0', authors }],
    ['U+0000, deep inside', { title: 'Emil', authors: [{ name: 'Erich\0' }] }],
    ['half a character', { title: 'Emil \ud83d', authors }],
    ['the other half', { title: 'Emil \udcda', authors }],
  ])('is told what cannot be stored: %s', async (_, body) => {
    const answer = await library.ask('POST', '/books', { body });
    expect([answer.status, answer.body.detail]).toEqual([400, expect.stringContaining('U+0000')]);
  });

  it.each(['/books/%zz', '/books/%ff', `/books/${'x'.repeat(101)}`])(
    'is told that its path is none, as it is told everything: %s',
    async (path) => {
      const { status, headers, body } = await library.ask('GET', path);
      expect(headers).toMatchObject({
        'content-type': 'application/problem+json; charset=utf-8',
        'x-correlation-id': body.correlationId,
      });
      expect(body).toMatchObject({ status, code: 'request.refused', correlationId: expect.any(String) });
      expect([400, 414]).toContain(status);
    },
  );

  it('is told that there is no such route', async () => {
    const { status, headers, body } = await library.ask('GET', '/magazines');
    expect([status, headers['content-type']]).toEqual([404, 'application/problem+json; charset=utf-8']);
    expect(body).toMatchObject({ status: 404, code: 'request.no-such-route' });
  });

  it('does not change how objects work here', async () => {
    const body = `{ "title": "Emil", "authors": [{ "name": "Erich", "__proto__": { "born": 1 } }], "__proto__": { "isAdmin": true } }`;
    const answer = await library.ask('POST', '/books', { body });
    expect([answer.status, answer.body.authors]).toEqual([201, [{ name: 'Erich' }]]);
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  });
});

describe('a refusal of the domain', () => {
  it('is a problem with its code', async () => {
    const { status, body } = await library.ask('GET', '/books/bok_01h455vb4pex5vsknk084sn02q');
    expect(status).toBe(404);
    expect(body).toMatchObject({
      code: 'library.no-such-book',
      detail: 'There is no book bok_01h455vb4pex5vsknk084sn02q.',
    });
  });
});

describe('a fault of ours', () => {
  it('gives nothing away', async () => {
    const { status, text, body } = await library.ask('GET', '/books/on-fire');
    expect([status, body.code, body.title]).toEqual([500, 'service.fault', 'Internal Server Error']);
    expect(text).not.toMatch(/password|vault|stack|\.ts|at /);
  });
});

describe('the correlation id of a request', () => {
  it('is the caller’s own, in the answer and in what is said because of it', async () => {
    const bookId = await library.addBook();
    const headers = { 'x-correlation-id': 'my-story.1', 'idempotency-key': 'correlated' };
    const answer = await library.ask('POST', `/books/${bookId}/loans`, { body: { to: 'Pony' }, headers });
    expect(answer.headers['x-correlation-id']).toBe('my-story.1');
    const said = await library.db.read(
      'select correlation_id as id, causation_id as cause from messages where key = $1',
      [bookId],
    );
    expect(said).toEqual([{ id: 'my-story.1', cause: null }]);
  });

  it.each([undefined, '', 'two words', 'x'.repeat(65), 'semi;colon'])(
    'is a new one where the caller has none that would do: %p',
    async (id) => {
      const { headers } = await library.ask('GET', '/books', {
        headers: id === undefined ? {} : { 'x-correlation-id': id },
      });
      expect(headers['x-correlation-id']).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  it('is in every problem, for whoever asks about it', async () => {
    const { body } = await library.ask('GET', '/nowhere', { headers: { 'x-correlation-id': 'help' } });
    expect(body.correlationId).toBe('help');
  });
});

describe('versions', () => {
  let url: string;
  beforeEach(async () => (url = `/books/${await library.addBook()}`));

  const rename = (headers: Record<string, string>) => library.ask('PUT', url, { body: { title: 'Emil' }, headers });

  it('are shown with what is read', async () => {
    const { status, headers, body } = await library.ask('GET', url);
    expect([status, headers.etag, body.version]).toEqual([200, '"1"', 1]);
  });

  it.each(['"1"', 'W/"1"', '"7", "1"', '*'])('save reading what is known: %s', async (known) => {
    const { status, headers, text } = await library.ask('GET', url, { headers: { 'if-none-match': known } });
    expect([status, headers.etag, text]).toEqual([304, '"1"', '']);
  });

  it('do not save reading what has changed', async () => {
    const { status } = await library.ask('GET', url, { headers: { 'if-none-match': '"2"' } });
    expect(status).toBe(200);
  });

  it('are needed to change something', async () => {
    const { status, body } = await rename({});
    expect([status, body.code, body.field]).toEqual([428, 'request.if-match-missing', 'If-Match']);
  });

  it('do not matter to a change of whatever is there', async () => {
    await rename({ 'if-match': '"1"' });
    const { status, body } = await rename({ 'if-match': '*' });
    expect([status, body.version]).toEqual([200, 3]);
  });

  it('must be ours', async () => {
    const { status, body } = await rename({ 'if-match': 'latest' });
    expect([status, body.problems]).toEqual([400, [{ field: 'If-Match', expected: expect.any(String) }]]);
  });

  it('keep two from overwriting each other', async () => {
    const first = await rename({ 'if-match': '"1"' });
    const second = await rename({ 'if-match': '"1"' });
    expect([first.status, first.body.version]).toEqual([200, 2]);
    expect([second.status, second.body.code, second.body.current]).toEqual([412, 'library.stale', 2]);
  });

  it('keep two from overwriting each other even in one breath', async () => {
    const answers = await Promise.all([rename({ 'if-match': '"1"' }), rename({ 'if-match': '"1"' })]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 412]));
  });
});

describe('while the database is away', () => {
  afterEach(() => library.plug.putBack());

  it('requests are asked to come again, and do come through again', async () => {
    library.plug.pull();
    const { status, headers, body } = await library.ask('GET', '/books');
    expect([status, headers['retry-after'], body.code]).toEqual([503, '1', 'database.unavailable']);
    library.plug.putBack();
    await eventually(
      async () => (await library.ask('GET', '/books')).status,
      (now) => now === 200,
    );
  });

  it('the process lives, and says that it is not ready, until it is', async () => {
    expect((await library.ask('GET', '/health/ready')).body).toEqual({ status: 'ok', parts: { library: 'ok' } });
    library.plug.pull();
    const ready = await library.ask('GET', '/health/ready');
    expect([ready.status, ready.headers['retry-after'], ready.body.status]).toEqual([503, '1', 'unavailable']);
    expect((await library.ask('GET', '/health/live')).status).toBe(200);
    expect((await library.ask('GET', '/health/vitals')).body).toMatchObject({
      eventLoopDelayMs: { p99: expect.any(Number) },
    });
    library.plug.putBack();
    await eventually(
      async () => (await library.ask('GET', '/health/ready')).status,
      (now) => now === 200,
    );
  });
});
