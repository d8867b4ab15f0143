import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Api, until } from '../testing/api';
import { examplesIn, type OpenApi } from '../testing/documented';
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
  it('succeeds with every example as it stands, and is answered with a problem where it depends on the moment', async () => {
    const answers: Record<string, unknown> = {};
    const expected: Record<string, unknown> = {};
    for (const { route, path: address, init, status } of examplesIn(document)) {
      const answer = await fetch(thali.url + address, init);
      const text = await answer.text();
      answers[route] =
        answer.status === (ofTheMoment[route] ?? status) ? answer.status : { status: answer.status, text };
      expected[route] = ofTheMoment[route] ?? status;
    }
    expect(answers).toEqual(expected);
  });

  it('gives what the description promises', async () => {
    const { body } = await new Api(thali.url).get<Record<string, unknown>>(
      '/restaurants/rst_01h455vb4pex5vsknk084sn02q',
    );
    expect(Object.keys(body).sort()).toEqual(
      Object.keys((document.components.schemas.Restaurant as { properties: object }).properties).sort(),
    );
  });
});
