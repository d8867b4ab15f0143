import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Api, until } from '../testing/api';
import { PromisedResponses, examplesIn, type OpenApi } from '../testing/documented';
import { shortLimits } from '../testing/journeys';
import { startThali, type ThaliHere } from '../testing/start-thali';

jest.setTimeout(60_000);

let thali: ThaliHere;
let document: OpenApi;

/** Seeded as for a newcomer, who reads for a moment before trying anything: the example order is delivered by then. */
beforeAll(async () => {
  thali = await startThali(shortLimits);
  const api = new Api(thali.url);
  document = (await api.get<OpenApi>('/docs-json')).body;
  await until(
    () => api.get<{ status: string }>('/orders/ord_01h455vb4pex5vsknk084sn02q'),
    ({ body }) => body.status === 'delivered',
  );
});
afterAll(() => thali.stop());

describe('the description of the API', () => {
  it('is valid OpenAPI 3.1', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'openapi-'));
    const file = path.join(folder, 'document.json');
    writeFileSync(file, JSON.stringify(document));
    const validate = require
      .resolve('@seriousme/openapi-schema-validator')
      .replace(/index\.js$/, 'bin/validate-api-cli.js');
    const verdict: unknown = JSON.parse(execFileSync(process.execPath, [validate, file], { encoding: 'utf8' }));
    rmSync(folder, { recursive: true });
    expect(verdict).toEqual({ valid: true });
    expect(document).toMatchObject({ openapi: '3.1.0' });
  });

  it('refers to nothing that it does not describe', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
      ([, name]) => name ?? '',
    );
    expect(references.filter((name) => !(name in document.components.schemas))).toEqual([]);
  });

  it('can be read, and tried out, in a browser', async () => {
    const page = await fetch(`${thali.url}/docs`);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
  });
});

/** What the examples of these come to depends on the moment: their tickets, offers and deliveries must be looked up first. */
const ofTheMoment: Readonly<Record<string, number>> = {
  'POST /orders/{id}/cancel': 409,
  'POST /orders/{id}/revise': 409,
  'POST /tickets/{ticketId}/reject': 409,
  'POST /tickets/{ticketId}/delay': 409,
  'POST /offers/{id}/accept': 404,
  'POST /offers/{id}/decline': 404,
  'POST /deliveries/{id}/pick-up': 409,
  'POST /deliveries/{id}/fail': 409,
  // Only the payment provider can sign.
  'POST /payments/webhooks': 403,
};

describe('pressing "Try it out"', () => {
  it('succeeds with every example as it stands, or is a problem where it depends on the moment, and gives what is documented', async () => {
    const answers: Record<string, unknown> = {};
    const expected: Record<string, unknown> = {};
    const promised = new PromisedResponses(document);
    for (const { route, path: address, init, status } of examplesIn(document)) {
      const answer = await fetch(thali.url + address, init);
      const type = answer.headers.get('content-type') ?? '';
      const text = await answer.text();
      const fault = type.startsWith('text/event-stream')
        ? undefined
        : promised.faultIn(route, { status: answer.status, type, text });
      answers[route] = fault === undefined ? answer.status : `${answer.status}: ${fault} in ${text}`;
      expected[route] = ofTheMoment[route] ?? status;
    }
    expect(answers).toEqual(expected);
  });
});

describe('a cursor that no page has given', () => {
  it('is refused by every list, and named', async () => {
    const lists = examplesIn(document).filter(
      ({ route, init }) =>
        init.method === 'GET' &&
        document.paths[route.split(' ')[1] ?? '']?.get?.parameters?.some(({ name }) => name === 'after'),
    );
    expect(lists.length).toBeGreaterThanOrEqual(4);
    for (const { path: address } of lists) {
      for (const cursor of ['7', 'zzz', "' or 1=1", 'pay_01h455vb4pex5vsknk084sn02q', '']) {
        const answer = await fetch(`${thali.url}${address}?after=${encodeURIComponent(cursor)}`);
        expect([address, cursor, answer.status]).toEqual([address, cursor, 400]);
        expect(await answer.json()).toMatchObject({ problems: [{ field: 'after' }] });
      }
    }
  });
});

describe('HEAD', () => {
  it('is answered wherever GET is, also where GET streams, and ends', async () => {
    const heads = examplesIn(document).filter(({ init }) => init.method === 'GET');
    const answers = await Promise.all(
      heads.map(async ({ route, path: address, status }) => {
        const answer = await fetch(thali.url + address, { method: 'HEAD' });
        return [route, answer.status === status, await answer.text()];
      }),
    );
    expect(answers).toEqual(heads.map(({ route }) => [route, true, '']));
  });
});
