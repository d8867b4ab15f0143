import { aPlug, aServer, type TestServer } from '@thali/kit/postgres/testing';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';

jest.setTimeout(60_000);

const root = path.resolve(__dirname, '../../..');

interface Ending {
  code: number | null;
  said: string;
}

/** Starts the built program, which must not be able to serve, and waits for its end. */
async function startInVain(env: Record<string, string>): Promise<Ending> {
  const { PATH, HOME } = process.env;
  const program = spawn(process.execPath, ['dist/apps/thali/src/main.js'], {
    cwd: root,
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [said, [code]] = await Promise.all([text(program.stderr), once(program, 'exit') as Promise<[number | null]>]);
  return { code, said };
}

describe('Thali that cannot start', () => {
  let server: TestServer;
  let rival: Server;
  let busyPort: string;

  beforeAll(async () => {
    server = await aServer();
    rival = createServer().listen(0, '127.0.0.1');
    await once(rival, 'listening');
    busyPort = String((rival.address() as AddressInfo).port);
  });
  afterAll(async () => {
    rival.close();
    await server.drop();
  });

  it('says that its port is in use, and what to do', async () => {
    const ending = await startInVain({
      PORT: busyPort,
      THALI_DATABASE_URL: server.url,
      THALI_SECRET: 'the secret of a test',
    });
    const sentence = `thali cannot start: port ${busyPort} is in use. Stop what listens there, or set PORT to another.\n`;
    expect(ending).toEqual({ code: 1, said: sentence });
  });

  it('finds out about its port before it makes a database', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'thali-start-'));
    const ending = await startInVain({ PORT: busyPort, THALI_DATA_DIR: path.join(folder, 'data') });
    expect([ending.code, readdirSync(folder)]).toEqual([1, []]);
    rmSync(folder, { recursive: true });
  });

  it('shows neither its secret nor a password', async () => {
    const url = server.url.replace(/\/\/([^:@]+)(:[^@]*)?@/, '//$1:hunter2@').replace('postgresql:', 'postgrsql:');
    const wrong: Record<string, string>[] = [
      { THALI_SECRET: 'hunter2' },
      { THALI_DATABASE_URL: url },
      { THALI_RABBITMQ_URL: 'http://u:hunter2@r' },
    ];
    const endings = await Promise.all(
      wrong.map((env) => startInVain({ PORT: '0', THALI_DATABASE_URL: server.url, ...env })),
    );
    for (const { code, said } of endings) {
      expect(code).toBe(1);
      expect(said).toMatch(/^thali cannot start: THALI_\w+ is .*; it should be .*\n$/);
      expect(said).not.toContain('hunter2');
    }
  });

  it('asks what was meant by a variable that it does not have', async () => {
    expect(await startInVain({ PORT: '0', THALI_DATABSE_URL: server.url })).toEqual({
      code: 1,
      said: 'thali cannot start: THALI_DATABSE_URL is not a setting; did you mean THALI_DATABASE_URL?\n',
    });
  });

  it.each([1, 2, 3])('says one sentence when its database goes away at connection %i', async (nth) => {
    let connections = 0;
    const plug = await aPlug(server.url, () => void (++connections === nth && plug.pull()));
    const { code, said } = await startInVain({
      PORT: '0',
      THALI_DATABASE_URL: plug.url,
      THALI_SECRET: 'the secret of a test',
    });
    await plug.close();
    expect(code).toBe(1);
    expect(said).toMatch(/^thali cannot start: the \w+ database cannot be opened: .*\n$/);
  });

  it('says one sentence when its broker is away', async () => {
    const { code, said } = await startInVain({
      PORT: '0',
      THALI_DATABASE_URL: server.url,
      THALI_SECRET: 'the secret of a test',
      THALI_TRANSPORT: 'rabbitmq',
      THALI_RABBITMQ_URL: 'amqp://thali:hunter2@127.0.0.1:1',
    });
    expect(code).toBe(1);
    expect(said).toMatch(/^thali cannot start: .*ECONNREFUSED.*\n$/);
    expect(said).not.toContain('hunter2');
  });

  it.each([
    ['PORT', 'here', 'thali cannot start: PORT is "here"; it should be a port number from 0 to 65535\n'],
    [
      'THALI_HOLD_MONEY_WITHIN_MS',
      'soon',
      'thali cannot start: THALI_HOLD_MONEY_WITHIN_MS is "soon"; it should be a whole number of milliseconds from 1 to 2147483647\n',
    ],
  ])('says what is wrong with %s', async (variable, value, sentence) => {
    const here = { PORT: '0', THALI_DATABASE_URL: server.url, THALI_SECRET: 'the secret of a test' };
    expect(await startInVain({ ...here, [variable]: value })).toEqual({ code: 1, said: sentence });
  });

  it('says that nobody answers where its database should be, and which variable says so', async () => {
    const { code, said } = await startInVain({
      PORT: '0',
      THALI_DATABASE_URL: 'postgresql://thali@127.0.0.1:1/thali',
      THALI_SECRET: 'the secret of a test',
    });
    expect(code).toBe(1);
    expect(said).toMatch(
      /^thali cannot start: the \w+ database cannot be opened: .*ECONNREFUSED.* Check THALI_DATABASE_URL\.\n$/,
    );
  });

  it('says where it cannot keep its data', async () => {
    const { code, said } = await startInVain({ PORT: '0', THALI_DATA_DIR: '/dev/null/thali' });
    expect(code).toBe(1);
    expect(said).toMatch(/^thali cannot start: .*\/dev\/null\/thali.*\n$/);
  });
});
