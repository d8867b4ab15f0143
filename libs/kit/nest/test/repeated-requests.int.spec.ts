import { Library, type Answer } from './library';

let library: Library;
let bookId: string;
let key: string;
beforeAll(async () => (library = await Library.open()));
afterAll(() => library.close());
beforeEach(async () => {
  bookId = await library.addBook();
  key = library.db.ids.uuid();
});

const lend = (to: string, headers: Record<string, string> = { 'idempotency-key': key }): Promise<Answer> =>
  library.ask('POST', `/books/${bookId}/loans`, { body: { to }, headers });
const loans = async () => (await library.db.read('select 1 from messages where key = $1', [bookId])).length;

describe('a POST that must be repeatable', () => {
  it('needs an Idempotency-Key', async () => {
    const { status, body } = await lend('Pony', {});
    expect([status, body.problems]).toEqual([400, [{ field: 'Idempotency-Key', expected: expect.any(String) }]]);
    expect(await loans()).toBe(0);
  });

  it.each(['', 'two words', 'x'.repeat(129), 'schlüssel'])('needs a decent one, unlike %p', async (bad) => {
    const { status, body } = await lend('Pony', { 'idempotency-key': bad });
    expect([status, body.code]).toEqual([400, 'request.invalid']);
  });

  it('is answered in the same way when it is repeated, and done once', async () => {
    const [first, again] = [await lend('Pony'), await lend('Pony')];
    expect(first).toMatchObject({
      status: 202,
      headers: { location: `/loans/${first.body.number}` },
      body: { to: 'Pony' },
    });
    const essence = ({ status, headers: { location, 'content-type': type }, text }: Answer) => ({
      status,
      location,
      type,
      text,
    });
    expect(essence(again)).toEqual(essence(first));
    expect(await loans()).toBe(1);
  });

  it('is refused when its key came before with something else', async () => {
    await lend('Pony');
    const { status, body } = await lend('Gustav');
    expect([status, body.code]).toEqual([422, 'request.idempotency-key-reused']);
    expect(await loans()).toBe(1);
  });

  it('is refused when its key came before for something else', async () => {
    await lend('Pony');
    bookId = await library.addBook();
    expect((await lend('Pony')).status).toBe(422);
  });

  it('is asked to wait while the first of its key is being worked on', async () => {
    const { librarian } = library;
    let goOn = () => {};
    const asked = new Promise<void>((resolve) => (librarian.asked = resolve));
    librarian.ready = new Promise((resolve) => (goOn = resolve));
    const first = lend('Pony');
    await asked;
    const second = await lend('Pony');
    goOn();
    expect([second.status, second.body.code]).toEqual([409, 'request.still-running']);
    expect((await first).status).toBe(202);
    expect((await lend('Pony')).text).toBe((await first).text);
    expect(await loans()).toBe(1);
  });

  it('is judged afresh when it was refused', async () => {
    const refusals = [await lend('nobody'), await lend('nobody')];
    expect(refusals.map(({ status, body }) => [status, body.code])).toEqual([
      [409, 'library.no-reader'],
      [409, 'library.no-reader'],
    ]);
    expect((await lend('Pony')).status).toBe(202);
  });
});

describe('any other POST', () => {
  const add = (title: string, headers: Record<string, string>) =>
    library.ask('POST', '/books', { body: { title, authors: [{ name: 'Astrid Lindgren' }] }, headers });

  it('is done each time without a key', async () => {
    const [one, two] = [await add('Pippi', {}), await add('Pippi', {})];
    expect(one.body.bookId).not.toBe(two.body.bookId);
  });

  it('is done once with a key, and answered with the same address and version', async () => {
    const headers = { 'idempotency-key': key };
    const [one, two] = [await add('Pippi', headers), await add('Pippi', headers)];
    const essence = ({ status, headers: { location, etag }, text }: Answer) => ({ status, location, etag, text });
    expect(essence(two)).toEqual(essence(one));
    expect(essence(one)).toMatchObject({ status: 201, etag: '"1"', location: `/books/${one.body.bookId}` });
  });
});
