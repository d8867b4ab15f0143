import { moduleNames } from '@thali/contracts';
import { createApp, type App } from '@thali/kit/nest/run';
import { gateway } from '../src/gateway';

const nobodyListensHere = 'http://127.0.0.1:1';

let app: App;
let url: string;

beforeAll(async () => {
  const urls = moduleNames.map((service) => [`THALI_${service.toUpperCase()}_URL`, nobodyListensHere]);
  // It keeps nothing: it needs no folder to write to.
  app = await createApp({
    ...gateway,
    env: { ...Object.fromEntries(urls), PORT: '0', THALI_DATA_DIR: '/dev/null/nowhere' },
  });
  url = await app.start();
});

afterAll(() => app?.stop());

interface OpenApi {
  openapi: string;
  paths: Record<string, Record<string, object>>;
}

async function documented(): Promise<{ method: string; path: string }[]> {
  const { paths } = (await (await fetch(`${url}/docs-json`)).json()) as OpenApi;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path })),
  );
}

it('shows the whole API in one Swagger UI, though it has no route of its own', async () => {
  const page = await fetch(`${url}/docs`);
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('swagger-ui');
  expect(await documented()).toContainEqual({ method: 'POST', path: '/orders' });
});

it('shows the messages, to people and to programs', async () => {
  const page = await fetch(`${url}/docs/messages`);
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(await page.text()).toContain('payment.authorize v1, a command');
  expect(await (await fetch(`${url}/docs/messages.json`)).json()).toMatchObject({ asyncapi: '3.0.0' });
});

it('passes on every route that is documented: when its service is away, it says which one, and that nothing is lost', async () => {
  const routes = await documented();
  const answers = await Promise.all(
    routes.map(({ method, path }) => fetch(url + path.replace(/\{\w+\}/g, 'some-id'), { method })),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
  const problems = (await Promise.all(answers.map((answer) => answer.json()))) as { code: string; detail: string }[];
  expect(new Set(problems.map(({ code }) => code))).toEqual(new Set(['gateway.service-unavailable']));
  expect(
    moduleNames.filter((service) => !problems.some(({ detail }) => detail.startsWith(`The ${service} service`))),
  ).toEqual([]);
});

it('answers what it does not know with a problem, as every process does', async () => {
  const answer = await fetch(`${url}/menus`);
  expect(answer.status).toBe(404);
  expect(await answer.json()).toMatchObject({ code: 'request.no-such-route' });
});
