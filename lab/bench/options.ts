import { parseArgs } from 'node:util';
import { letters, type Letter } from './contestants/contestant';
import type { Goal } from './load/customers';

const usage =
  'npm run bench -- [--quick] [--overload] [--rounds 3] [--seconds 10] [--only a,b,c,d] [--to confirmed|delivered|both] [--json] [--out FOLDER] [--write-docs]';

export interface Options {
  /** How often every contestant has its turn. */
  readonly rounds: number;
  /** How long each turn is measured. */
  readonly windowMs: number;
  /** Full load before it is measured: compilers and caches are to be warm. */
  readonly warmUpMs: number;
  readonly only: readonly Letter[];
  readonly goals: readonly Goal[];
  /** Shares of what it can do at most, at which customers come at random. */
  readonly loads: readonly number[];
  /** Whether to look for the concurrency that suits each best, or take one that suits them well enough. */
  readonly search: boolean;
  /** Whether to see what becomes of twice as many orders as can be brought, instead of all else. */
  readonly overload: boolean;
  readonly json: boolean;
  /** Where the report and the chart go, and the data while it runs. */
  readonly out: string;
  /** Whether to put the numbers into docs/performance.md, too. */
  readonly writeDocs: boolean;
}

/** @throws {Error} one sentence that says what is wrong and what would be right. */
export function readOptions(args: readonly string[]): Options {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: text,
      seconds: text,
      only: text,
      to: text,
      out: text,
      json: flag,
      quick: flag,
      overload: flag,
      'write-docs': flag,
    },
  });
  const { quick } = values;
  return {
    rounds: readNumber('rounds', values.rounds ?? (quick ? '1' : '3')),
    windowMs: readNumber('seconds', values.seconds ?? (quick ? '2' : '10')) * 1_000,
    warmUpMs: quick ? 1_000 : 4_000,
    only: readList('only', values.only ?? letters.join(), letters),
    goals: values.to === undefined || values.to === 'both' ? goals : readList('to', values.to, goals),
    loads: quick ? [0.5] : [0.25, 0.5, 0.75],
    search: !quick,
    overload: values.overload,
    json: values.json,
    out: values.out ?? '.thali/bench',
    writeDocs: values['write-docs'],
  };
}

const goals = ['confirmed', 'delivered'] as const;

function readNumber(name: string, value: string): number {
  if (!/^[1-9]\d{0,3}$/.test(value))
    throw new Error(`--${name} is "${value}"; it should be a whole number above 0. ${usage}`);
  return Number(value);
}

function readList<Word extends string>(name: string, value: string, words: readonly Word[]): Word[] {
  const wanted = value.split(',');
  const unknown = wanted.find((word) => !words.includes(word as Word));
  if (unknown !== undefined) throw new Error(`--${name} is "${value}"; it should be of ${words.join(', ')}. ${usage}`);
  return words.filter((word) => wanted.includes(word));
}
