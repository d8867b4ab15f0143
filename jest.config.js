const { readFileSync } = require('node:fs');

const read = (file) => JSON.parse(readFileSync(`${__dirname}/${file}`, 'utf8'));
const { paths } = read('tsconfig.json').compilerOptions;
const { $schema: _, ...swc } = read('.swcrc');

/** `@thali/kit/*` -> `./libs/kit/*` becomes `^@thali/kit/(.*)$` -> `<rootDir>/libs/kit/$1`. */
const moduleNameMapper = Object.fromEntries(
  Object.entries(paths).map(([alias, [target]]) => [
    `^${alias.replace('*', '(.*)')}$`,
    target.replace(/^\./, '<rootDir>').replace('*', '$1'),
  ]),
);

/** @type {import('jest').Config} */
module.exports = {
  roots: ['<rootDir>/apps', '<rootDir>/lab', '<rootDir>/libs', '<rootDir>/tools'],
  testRegex: '\\.spec\\.ts$',
  modulePathIgnorePatterns: ['<rootDir>/libs/kit/dist'],
  moduleFileExtensions: ['ts', 'js', 'json'],
  moduleNameMapper,
  transform: { '^.+\\.ts$': ['@swc/jest', { ...swc, swcrc: false }] },
  globalSetup: '<rootDir>/tools/jest/global-setup.ts',
  globalTeardown: '<rootDir>/tools/jest/global-teardown.ts',
  reporters: ['default', '<rootDir>/tools/jest/kept.mjs'],
  maxWorkers: 2,
  // For machines that are busy with other things; tests wait for facts, not for time.
  testTimeout: 180_000,
};
