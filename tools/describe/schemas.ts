import type { AnyMessageType } from '@thali/kit/core';
import type { JsonSchema } from '@thali/kit/http';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { constants, type Words } from './words';

/** JSON Schema 2020-12. */
export type Schema = Record<string, unknown>;

/** By file name, `<type>.v<version>.json`. */
export type SchemaFiles = Readonly<Record<string, Schema>>;

const folder = path.resolve('libs/contracts/src/schemas');
const annotations = ['id', 'title', 'description', 'example', 'examples'];

/** What the data of a message must be like to be sent: without examples and words, because they demand nothing. */
export function demandsOf({ schema }: AnyMessageType): Schema {
  return convert(schema, (node) => annotations.forEach((annotation) => delete node[annotation]));
}

/** A schema for people, with examples, and with what is written about its fields and its parts. */
export function asJson(schema: z.ZodType, fields: Words['fields'] = {}): JsonSchema & Schema {
  const { properties, $defs, ...rest } = convert(schema, () => {}) as JsonSchema & {
    $defs?: Record<string, JsonSchema>;
  };
  const partWords = Object.fromEntries(constants.map(({ name, words }) => [name, words.summary]));
  return {
    ...rest,
    ...(properties && { properties: describe(properties, fields) }),
    ...($defs && { $defs: describe($defs, partWords) }),
  };
}

function describe(
  schemas: Readonly<Record<string, JsonSchema>>,
  words: Readonly<Record<string, string>>,
): Record<string, JsonSchema> {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [
      name,
      words[name] ? { ...schema, description: words[name] } : schema,
    ]),
  );
}

function convert(schema: z.ZodType, change: (node: Schema) => void): Schema {
  const override = ({ jsonSchema }: { jsonSchema: Schema }) => {
    // How Zod spells a format out is its own affair.
    if (jsonSchema.format) delete jsonSchema.pattern;
    change(jsonSchema);
  };
  return z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'output', override }) as Schema;
}

/**
 * Compares what is published with the schemas on file, where every version that ever was published has its own.
 *
 * @returns what is wrong, each in a sentence.
 */
export function findSchemaFaults(published: readonly AnyMessageType[], files: SchemaFiles): string[] {
  const expected = published.flatMap(({ type, version }) =>
    Array.from({ length: version }, (_, older) => fileOf(type, older + 1)),
  );
  const missing = expected
    .filter((file) => !files[file])
    .map((file) => `${file} is missing: npm run describe -- --write adds it`);
  const changed = published
    .filter(
      (type) =>
        files[fileOf(type.type, type.version)] &&
        !isDeepStrictEqual(files[fileOf(type.type, type.version)], demandsOf(type)),
    )
    .map(
      ({ type, version }) =>
        `${type} v${version} is published and has changed: make it version ${version + 1}, with an upcast`,
    );
  const gone = Object.keys(files)
    .filter((file) => !expected.includes(file))
    .map((file) => `${file} is a schema that nobody publishes any more: there may still be such messages`);
  return [...missing, ...changed, ...gone];
}

/** Adds the schemas that have no file; those on file are never changed. @returns the files added. */
export function addMissingSchemas(published: readonly AnyMessageType[]): string[] {
  const missing = published.filter(({ type, version }) => !existsSync(path.join(folder, fileOf(type, version))));
  mkdirSync(folder, { recursive: true });
  for (const type of missing)
    writeFileSync(path.join(folder, fileOf(type.type, type.version)), `${JSON.stringify(demandsOf(type), null, 2)}\n`);
  return missing.map(({ type, version }) => fileOf(type, version));
}

/** The schemas that are checked in. */
export function readSchemaFiles(): SchemaFiles {
  return Object.fromEntries(
    readdirSync(folder).map((file) => [file, JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as Schema]),
  );
}

function fileOf(type: string, version: number): string {
  return `${type}.v${version}.json`;
}
