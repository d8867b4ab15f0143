import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { Library } from './library';

let library: Library;
let url: string;
beforeAll(async () => {
  library = await Library.open({ LIBRARY_CORS_ORIGINS: 'https://shop.example, https://cook.example' });
  url = await library.app.nest.getUrl();
});
afterAll(() => library.close());

const problemType = 'application/problem+json; charset=utf-8';

/** Sends these bytes, and reads until the server ends the connection. */
async function sendRaw(bytes: string): Promise<{ status: number; head: string; body: Record<string, unknown> }> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.on('error', () => {});
  socket.write(bytes);
  const answer = await text(socket);
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), head, body: JSON.parse(body || '{}') as Record<string, unknown> };
}

describe('a method that a path does not have', () => {
  it.each([
    ['PUT', '/books', 'GET, HEAD, OPTIONS, POST'],
    ['DELETE', '/books/bok_01h455vb4pex5vsknk084sn02q', 'GET, HEAD, OPTIONS, PUT'],
    ['POST', '/health/live', 'GET, HEAD, OPTIONS'],
    ['PROPFIND', '/books?limit=3', 'GET, HEAD, OPTIONS, POST'],
  ])('is refused with those that it has: %s %s', async (method, path, allow) => {
    const answer = await fetch(url + path, { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
    expect(answer.headers.get('content-type')).toBe(problemType);
    expect(await answer.json()).toMatchObject({ code: 'request.method-not-allowed', allowed: allow.split(', ') });
  });

  it('is not the trouble where there is no such path', async () => {
    const answer = await fetch(`${url}/magazines`, { method: 'DELETE' });
    expect([answer.status, answer.headers.get('allow')]).toEqual([404, null]);
  });
});

describe('HEAD and OPTIONS', () => {
  it('tell what GET would, without its body', async () => {
    const path = `${url}/books/${await library.addBook()}`;
    const [get, head] = await Promise.all([fetch(path), fetch(path, { method: 'HEAD' })]);
    expect([head.status, head.headers.get('etag'), head.headers.get('content-length')]).toEqual([
      200,
      get.headers.get('etag'),
      get.headers.get('content-length'),
    ]);
    expect(await head.text()).toBe('');
  });

  it('tell which methods there are', async () => {
    const answer = await fetch(`${url}/books`, { method: 'OPTIONS' });
    expect([answer.status, answer.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS, POST']);
  });
});

describe('a page of another origin', () => {
  const preflight = (origin: string) =>
    fetch(`${url}/books`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'idempotency-key,content-type',
      },
    });

  it('may read, and learns what it may send, when it is named in the configuration', async () => {
    const { status, headers } = await preflight('https://shop.example');
    expect([
      status,
      ...['allow-origin', 'allow-methods', 'allow-headers'].map((name) => headers.get(`access-control-${name}`)),
    ]).toEqual([204, 'https://shop.example', 'GET, HEAD, OPTIONS, POST', 'idempotency-key,content-type']);
    const books = await fetch(`${url}/books`, { headers: { origin: 'https://cook.example' } });
    expect(books.headers.get('access-control-allow-origin')).toBe('https://cook.example');
    expect(books.headers.get('access-control-expose-headers')).toContain('ETag');
    expect(books.headers.get('vary')).toContain('Origin');
  });

  it('may not when it is not', async () => {
    const { headers } = await preflight('https://elsewhere.example');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  it('reads refusals too', async () => {
    const { status, headers } = await fetch(`${url}/magazines`, { headers: { origin: 'https://shop.example' } });
    expect([status, headers.get('access-control-allow-origin')]).toEqual([404, 'https://shop.example']);
  });
});

describe('what the HTTP server itself refuses', () => {
  const long = 'x'.repeat(20_000);

  it.each([
    [400, 'a request line that is none', 'HELLO\r\n\r\n'],
    [400, 'no Host', 'GET /books HTTP/1.1\r\nConnection: close\r\n\r\n'],
    [400, 'a length that is none', 'POST /books HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n'],
    [414, 'a URL that is too long', `GET /${long} HTTP/1.1\r\nHost: x\r\n\r\n`],
    [431, 'headers that are too long', `GET /books HTTP/1.1\r\nHost: x\r\nX-Long: ${long}\r\n\r\n`],
    [417, 'an expectation', 'POST /books HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\nContent-Length: 2\r\n\r\n{}'],
    [501, 'to be a proxy', 'CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n'],
  ])('is a problem: %i for %s', async (status, _, bytes) => {
    const answer = await sendRaw(bytes);
    expect([answer.status, answer.body.status]).toEqual([status, status]);
    expect(answer.head.toLowerCase()).toContain(`content-type: ${problemType}`);
    expect(answer.head.toLowerCase()).toContain('x-content-type-options: nosniff');
    expect(answer.body).toMatchObject({
      type: 'about:blank',
      correlationId: expect.any(String),
      detail: expect.any(String),
    });
  });
});

describe('every response', () => {
  it.each(['/books', '/magazines', '/docs', '/health/live'])('forbids guessing its type: %s', async (path) => {
    expect((await fetch(url + path)).headers.get('x-content-type-options')).toBe('nosniff');
  });
});

describe('the front door', () => {
  it('leads browsers to the documentation', async () => {
    const answer = await fetch(url, { headers: { accept: 'text/html,*/*' }, redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/docs']);
  });

  it('tells programs where everything is', async () => {
    const { title, links } = (await (await fetch(url)).json()) as { title: string; links: Record<string, string> };
    expect(title).toBe('Library');
    const statuses = await Promise.all(Object.values(links).map(async (link) => (await fetch(url + link)).status));
    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  it('is titled with the name of the product', async () => {
    expect(await (await fetch(`${url}/docs`)).text()).toContain('<title>Library</title>');
  });
});
