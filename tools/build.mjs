// Compiles every source file to dist/ and copies what the sources read at run time. Types are checked by `npm run typecheck`.
import { transformFile } from '@swc/core';
import { readFileSync } from 'node:fs';
import { copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const readJson = (file) => JSON.parse(readFileSync(path.join(root, file), 'utf8'));
const { $schema: _, jsc, ...swc } = readJson('.swcrc');
const { paths } = readJson('tsconfig.json').compilerOptions;
const options = { ...swc, swcrc: false, cwd: root, jsc: { ...jsc, baseUrl: root, paths } };

const isCode = (file) => file.endsWith('.ts') && !/\.(spec|d)\.ts$/.test(file);
const isAsset = (file) => /\.(json|jsonld)$/.test(file) && path.basename(file) !== 'package.json';

/** Every file below a source folder, as a path relative to the root. */
async function listFiles(folder) {
  const entries = await readdir(path.join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .filter((file) => !/\/(node_modules|dist)\//.test(file));
}

async function compile(file) {
  const target = path.join(root, 'dist', file.replace(/\.ts$/, '.js'));
  const { code, map } = await transformFile(path.join(root, file), options);
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(target, `${code}\n//# sourceMappingURL=${path.basename(target)}.map\n`);
  await writeFile(`${target}.map`, map);
}

async function copy(file) {
  const target = path.join(root, 'dist', file);
  await mkdir(path.dirname(target), { recursive: true });
  await copyFile(path.join(root, file), target);
}

const files = (await Promise.all(['apps', 'docs', 'lab', 'libs', 'tools'].map(listFiles))).flat();
await rm(path.join(root, 'dist'), { recursive: true, force: true });
await Promise.all([...files.filter(isCode).map(compile), ...files.filter(isAsset).map(copy)]);
// Written last: a build that was interrupted is not taken for a whole one.
await writeFile(path.join(root, 'dist/.built'), '');
