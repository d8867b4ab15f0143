import { aServer, type TestServer } from '@thali/kit/postgres/testing';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { importFiles } from '../import-files';

const seed = path.resolve(__dirname, '../../../libs/modules/restaurant/seed');

describe('npm run import', () => {
  let server: TestServer;
  let folder: string;

  beforeAll(async () => {
    server = await aServer();
    folder = await mkdtemp(path.join(tmpdir(), 'thali-import-'));
  });
  afterAll(async () => {
    await server.drop();
    await rm(folder, { recursive: true });
  });

  const run = async (...files: string[]) => {
    const lines: string[] = [];
    const env = { THALI_DATABASE_URL: server.url, THALI_DATA_DIR: folder, THALI_LOG_LEVEL: 'error' };
    return { complete: await importFiles(files, env, (line) => lines.push(line)), lines };
  };
  const aFile = async (name: string, document: object) => {
    const file = path.join(folder, name);
    await writeFile(file, JSON.stringify(document));
    return file;
  };

  it('says what became of each restaurant, the second time that nothing did', async () => {
    const file = path.join(seed, 'thali-house.jsonld');
    const what = 'Thali House (rst_01h455vb4pex5vsknk084sn02q), menu version 1';
    expect(await run(file)).toEqual({ complete: true, lines: [`${file}: imported ${what}`] });
    expect(await run(file)).toEqual({ complete: true, lines: [`${file}: unchanged ${what}`] });
  });

  it('leaves what it announces for the modules that listen', async () => {
    const client = new Client({ connectionString: server.url });
    await client.connect();
    const { rows } = await client.query(`select distinct producer, type from "order".inbox order by type`);
    await client.end();
    expect(rows).toContainEqual({ producer: 'restaurant', type: 'restaurant.menu-published' });
  });

  it('tells every problem with its path, and goes on with the next file', async () => {
    const bad = await aFile('bad.jsonld', {
      '@type': 'Restaurant',
      '@id': 'https://bad.example/',
      name: 'Bad',
      currenciesAccepted: 'EUR',
      geo: { latitude: 1 },
      hasMenu: { hasMenuItem: { name: 'Soup', offers: { price: 'cheap' } } },
    });
    const absent = path.join(folder, 'absent.jsonld');
    const good = path.join(seed, 'udupi-grand.jsonld');
    const { complete, lines } = await run(bad, absent, good);
    expect(complete).toBe(false);
    expect(lines).toEqual([
      `${bad}: nothing imported, 2 problems:`,
      '  $.geo.longitude: is missing',
      '  $.hasMenu.hasMenuItem.offers.price: "cheap" is not a price such as 12.50 in EUR',
      expect.stringContaining(`${absent}: cannot be read`),
      expect.stringContaining(`${good}: imported Udupi Grand`),
    ]);
  });
});
