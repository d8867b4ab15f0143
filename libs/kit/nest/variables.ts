import { z } from 'zod';
import { editDistance, type Log } from '../core';

/** Where the process finds its variables: usually `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The deployment is described wrongly: names the variable, what it is, and what it should be. */
export class Misconfigured extends Error {
  constructor(variable: string, value: string | undefined, should: string) {
    super(`${variable} is ${value === undefined ? 'not set' : printable(variable, value)}; it should be ${should}`);
    this.name = 'Misconfigured';
  }
}

/** Variables of which nothing is printed. */
const secret = /SECRET|PASSWORD|TOKEN|KEY/;

function printable(variable: string, value: string): string {
  if (secret.test(variable)) return 'set to something that is not shown';
  return JSON.stringify(value.replace(/^((?:\w+:\/\/)?[^\s/:@]*):.*@/s, '$1:***@').replace(inQuery, '$1***'));
}

const inQuery = /(password=)[^&\s"]*/gi;

/** The text without the passwords of the URLs in it. */
export function maskPasswords(text: string): string {
  return text.replace(/(\w+:\/\/[^\s/:@"]*):[^\s"]*@/g, '$1:***@').replace(inQuery, '$1***');
}

/** A whole number of milliseconds, as a variable. */
export const milliseconds = (byDefault: number) => {
  const should = 'a whole number of milliseconds from 1 to 2147483647';
  return z.coerce.number(should).int(should).positive(should).max(2_147_483_647, should).default(byDefault);
};

/**
 * Reads variables through a schema each.
 *
 * @throws {Misconfigured} for the first that does not fit its schema; the schema's own words say what it should be.
 * @example readVariables(env, { THALI_HOLD_MONEY_WITHIN_MS: milliseconds(30_000) })
 */
export function readVariables<Shape extends Record<string, z.ZodType>>(
  env: Environment,
  shape: Shape,
): { [Name in keyof Shape]: z.infer<Shape[Name]> } {
  declareVariables(Object.keys(shape));
  const entries = Object.entries(shape).map(([name, schema]) => {
    const value = env[name] === '' ? undefined : env[name];
    const parsed = schema.safeParse(value);
    if (!parsed.success)
      throw new Misconfigured(name, env[name], parsed.error.issues.map(({ message }) => message).join(', '));
    return [name, parsed.data];
  });
  return Object.fromEntries(entries) as { [Name in keyof Shape]: z.infer<Shape[Name]> };
}

/** The names of all variables that code of this process reads, or would read. */
const declared = new Set<string>();

/** Makes names known that are read later, or only by some processes: see {@link checkNames}. */
export function declareVariables(names: readonly string[]): void {
  for (const name of names) declared.add(name);
}

/**
 * Variables with the product's prefix that nothing reads: one that is nearly the name of one that is read is refused, because its value
 * would be passed over in silence; others are warned about.
 *
 * @param isWhole whether every module of the product is here. Otherwise an unknown variable may well be one of another process.
 * @throws {Error} naming the variable, and the one that was meant.
 */
export function checkNames(env: Environment, prefix: string, isWhole: boolean, log: Log): void {
  const unknown = Object.keys(env).filter((name) => name.startsWith(`${prefix}_`) && !declared.has(name));
  for (const name of unknown) {
    const meant = nearestTo(name, prefix);
    if (meant) throw new Error(`${name} is not a setting; did you mean ${meant}?`);
    if (isWhole) log.warn({ variable: name }, 'unknown setting ignored');
  }
}

function nearestTo(name: string, prefix: string): string | undefined {
  const bare = name.slice(prefix.length + 1);
  if (declared.has(bare)) return bare;
  const most = Math.min(3, Math.ceil(bare.length / 4));
  const [nearest] = [...declared]
    .filter((known) => known.startsWith(`${prefix}_`))
    .map((known) => ({ known, distance: editDistance(name, known) }))
    .filter(({ distance }) => distance <= most)
    .sort((one, other) => one.distance - other.distance);
  return nearest?.known;
}
