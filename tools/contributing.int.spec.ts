import { eventually } from '@thali/kit/messaging/testing';
import { aServer } from '@thali/kit/postgres/testing';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { applyChanges, changesIn, copyRepository, patch } from './contributing';
import { logFolderOf } from './jest/log-folder';
import { Api } from './simulate/api';
import { haste } from './simulate/haste';
import { ThaliProcess } from './simulate/thali-process';

const changes = changesIn(readFileSync(path.resolve(__dirname, '../CONTRIBUTING.md'), 'utf8'));
const copy = mkdtempSync(path.join(tmpdir(), 'thali-copy-'));

afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** @returns its words. @throws {Error} with them, when it fails. */
function runInCopy(args: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  const options = { cwd: copy, env: { ...process.env, ...env }, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, args, options);
  if (status !== 0) throw new Error(`${args.join(' ')} failed:\n${stdout}${stderr}`);
  return stdout;
}

describe('A diff', () => {
  it('changes what it shows, hunk after hunk', () => {
    expect(patch('a\nb\nc\nb\n', ' a\n-b\n+d\n@@\n b\n+e\n')).toBe('a\nd\nc\nb\ne\n');
  });

  it('does not fit where its lines are not, or not in this order', () => {
    expect(() => patch('a\nb\n', '-c\n')).toThrow('nowhere to be found:\nc');
    expect(() => patch('a\nb\n', ' b\n@@\n a\n')).toThrow('nowhere to be found:\na');
  });
});

describe('What CONTRIBUTING.md shows', () => {
  it('touches eight places for a module', () => {
    const module = changes.filter(({ text }) => /loyalty/i.test(text));
    const places = module.map(({ file }) => file.replace(/^((libs\/modules|apps)\/loyalty)\/.*/, '$1'));
    // Besides the generated documents.
    expect([...new Set(places)]).toHaveLength(7);
  });

  it('can be written as it stands, and breaks no rule', () => {
    copyRepository(copy);
    applyChanges(copy, changes);
    runInCopy(['tools/build.mjs']);
    expect(runInCopy(['dist/tools/describe/main.js', '--write'])).toContain('written: order.placed.v2.json');
    runInCopy(['node_modules/typescript-7/bin/tsc', '-p', 'tsconfig.json', '--noEmit']);
    const suites = [
      'tools/boundaries',
      'tools/inventory',
      'tools/dev/test/services',
      'tools/describe',
      'tools/typeorm',
      'order/test/tip',
    ];
    runInCopy(['node_modules/jest/bin/jest.js', '--silent', '--maxWorkers=1', ...suites]);
  }, 600_000);

  it('works: who has ordered a meal, with a tip, has points for it once it is delivered', async () => {
    const server = await aServer();
    const database = { THALI_DATABASE_URL: server.url };
    const thali = await ThaliProcess.start({
      root: copy,
      env: { ...haste, ...database, THALI_SECRET: 'the secret of a test', THALI_SEED: 'true' },
      logFile: path.join(logFolderOf(__filename), 'thali.log'),
    });
    const api = new Api(thali.url);
    const pointsOf = () => api.ask<{ points: number }>({ method: 'GET', path: '/loyalty/cus_loyal' });
    const order = {
      customerId: 'cus_loyal',
      restaurantId: 'rst_01h455vb4pex5vsknk084sn02q',
      lines: [{ itemId: 'masala-dosa', quantity: 2 }],
      deliverTo: { address: 'Chausseestr. 1, Berlin', location: { lat: 52.53, lon: 13.38 } },
      paymentToken: 'tok_visa',
      tip: 200,
    };
    try {
      expect(await pointsOf()).toEqual({ customerId: 'cus_loyal', points: 0 });
      // The menu may not have arrived yet.
      const placed = await eventually(
        () => api.call({ method: 'POST', path: '/orders', key: server.url, body: order }),
        ({ status }) => status === 202,
      );
      expect(placed.body).toMatchObject({ total: { amount: 2_100, currency: 'EUR' } });
      expect(await eventually(pointsOf, ({ points }) => points > 0)).toEqual({ customerId: 'cus_loyal', points: 21 });
      runInCopy(['dist/tools/audit/main.js'], database);
    } finally {
      api.close();
      await thali.stop();
      await server.drop();
    }
  }, 120_000);
});
