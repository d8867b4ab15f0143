import type { z } from 'zod';
import { editDistance } from '../core';

/** A field that no schema knows, and what its sender may have meant. */
export interface UnknownField {
  readonly path: readonly (string | number)[];
  readonly known: readonly string[];
}

type Definition = {
  type: string;
  shape?: Record<string, z.ZodType>;
  catchall?: z.ZodType;
  element?: z.ZodType;
  innerType?: z.ZodType;
  in?: z.ZodType;
  options?: readonly z.ZodType[];
};

const wrappers = new Set(['optional', 'nullable', 'default', 'prefault', 'readonly', 'nonoptional', 'catch']);

/**
 * The fields of a value that its schema passes over in silence: a misspelt `note` about an allergy must not vanish. Looks into objects and
 * lists; an object that declares a catch-all, and a union of which some option knows every field, have none.
 */
export function unknownFields(
  schema: z.ZodType,
  value: unknown,
  path: readonly (string | number)[] = [],
): UnknownField[] {
  const definition = schema._zod.def as unknown as Definition;
  if (wrappers.has(definition.type) && definition.innerType) return unknownFields(definition.innerType, value, path);
  if (definition.type === 'pipe' && definition.in) return unknownFields(definition.in, value, path);
  if (definition.type === 'union') return ofUnion(definition.options ?? [], value, path);
  if (definition.type === 'array' && definition.element && Array.isArray(value)) {
    const { element } = definition;
    return value.flatMap((each, at) => unknownFields(element, each, [...path, at]));
  }
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (definition.type !== 'object' || !definition.shape || definition.catchall || !isObject) return [];
  const { shape } = definition;
  return Object.entries(value).flatMap(([name, inner]) => {
    const field = Object.hasOwn(shape, name) ? shape[name] : undefined;
    return field
      ? unknownFields(field, inner, [...path, name])
      : [{ path: [...path, name], known: Object.keys(shape) }];
  });
}

/** As of the option that knows most. */
function ofUnion(options: readonly z.ZodType[], value: unknown, path: readonly (string | number)[]): UnknownField[] {
  const found = options
    .filter((option) => option.safeParse(value).success)
    .map((option) => unknownFields(option, value, path));
  return found.sort((one, other) => one.length - other.length)[0] ?? [];
}

/** What is expected instead of an unknown name: the nearest known one, if it is near, and else all of them. */
export function suggestion(name: string, known: readonly string[]): string {
  const [nearest] = known
    .map((each) => ({ each, distance: editDistance(name.toLowerCase(), each.toLowerCase()) }))
    .filter(({ each, distance }) => distance <= Math.max(1, Math.floor(Math.max(name.length, each.length) / 3)))
    .sort((one, other) => one.distance - other.distance);
  const all = known.length > 0 ? `one of ${known.join(', ')}` : 'no field at all';
  return nearest ? `no such field; did you mean ${nearest.each}?` : `no such field; ${all}`;
}
