import { aServer, type TestServer } from '@thali/kit/postgres/testing';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { importFiles } from '../import-files';

const seed = path.resolve(__dirname, '../../../libs/modules/restaurant/seed');
const cases = path.resolve(__dirname, '../../../libs/modules/restaurant/test/cases');
const days = ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'];
const aroundTheClock = days.map((day) => `    ${day}  00:00–24:00`);

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

  const run = (...files: string[]) => runWith({}, ...files);
  const runWith = async (options: Parameters<typeof importFiles>[3], ...files: string[]) => {
    const lines: string[] = [];
    const env = { THALI_DATABASE_URL: server.url, THALI_DATA_DIR: folder, THALI_LOG_LEVEL: 'error' };
    return { complete: await importFiles(files, env, (line) => lines.push(line), options), lines };
  };
  const aFile = async (name: string, document: object) => {
    const file = path.join(folder, name);
    await writeFile(file, JSON.stringify(document));
    return file;
  };

  it('says what became of each restaurant, the second time that nothing did', async () => {
    const file = path.join(seed, 'thali-house.jsonld');
    const what = 'Thali House (rst_01h455vb4pex5vsknk084sn02q), menu version 1';
    const hours = ['  opening hours, on the clocks of Europe/Berlin:', ...aroundTheClock];
    expect(await run(file)).toEqual({ complete: true, lines: [`${file}: imported ${what}`, ...hours] });
    expect(await run(file)).toEqual({ complete: true, lines: [`${file}: unchanged ${what}`, ...hours] });
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
      '  opening hours, on the clocks of Asia/Kolkata:',
      ...aroundTheClock,
    ]);
  });

  it('names the file and the place of a character that cannot be stored, and goes on with the next file', async () => {
    const [nul, good] = ['nul', 'good'].map((name) => path.join(cases, `nul-in-an-imported-file/${name}.jsonld`));
    const { complete, lines } = await run(nul ?? '', good ?? '');
    expect(complete).toBe(false);
    expect(lines.slice(0, 3)).toEqual([
      `${nul}: nothing imported, 1 problem:`,
      expect.stringContaining('  $.hasMenu.hasMenuSection[0].hasMenuItem[0].name: holds a character'),
      expect.stringMatching(/good\.jsonld: imported good \(rst_\w+\), menu version 1$/),
    ]);
  });

  it('prints what it understood of the hours, and whose clocks it took', async () => {
    const { complete, lines } = await run(path.join(cases, 'hours-without-time-zone/hours.jsonld'));
    expect([complete, lines.slice(1)]).toEqual([
      true,
      [
        '  opening hours, on the clocks of Europe/Berlin:',
        ...days.map((day) => `    ${day}  01:00–02:00`),
        '  note: $: the opening hours are taken to be on the clocks of its coordinates: Europe/Berlin',
      ],
    ]);
  });

  const cafe = {
    '@type': 'Restaurant',
    '@id': 'https://cafe.example/',
    name: 'Café',
    geo: { latitude: 52.5, longitude: 13.4 },
    hasMenu: { '@id': 'https://cafe.example/menu' },
  };
  const hasMenuItem = [{ name: 'Soup', offers: { price: '5.50', priceCurrency: 'EUR' } }, { name: 'Catch of the day' }];
  const menu = { '@type': 'Menu', '@id': 'https://cafe.example/menu', hasMenuItem };

  it('joins a menu of a file of its own to its restaurant, whichever is named first', async () => {
    const [menuFile, cafeFile] = [await aFile('menu.jsonld', menu), await aFile('cafe.jsonld', cafe)];
    const { complete, lines } = await runWith({ skipUnpriced: true }, menuFile, cafeFile);
    expect([complete, lines]).toEqual([
      true,
      [
        expect.stringContaining(`${cafeFile}: imported Café`),
        '  no opening hours: it is open whenever its staff has it open',
        `  note: ${menuFile}: $.hasMenuItem[1]: "Catch of the day" has no price and is left out`,
        `${menuFile}: read as a menu of the other files`,
      ],
    ]);
  });

  it('says how dishes without a price are left out, and which file of menus nothing refers to', async () => {
    const [menuFile, barFile] = [
      await aFile('menu.jsonld', menu),
      await aFile('bar.jsonld', { ...cafe, '@id': 'https://bar.example/', hasMenu: { hasMenuItem } }),
    ];
    const { complete, lines } = await run(menuFile, barFile);
    expect([complete, lines]).toEqual([
      false,
      [
        `${barFile}: nothing imported, 1 problem:`,
        '  $.hasMenu.hasMenuItem[1].offers: is missing: what does it cost?',
        '  --skip-unpriced imports the rest, without the dishes that have no price',
        `${menuFile}: nothing imported: it holds menus and no restaurant, and none of the files refers to them by "@id" or url`,
      ],
    ]);
  });
});
