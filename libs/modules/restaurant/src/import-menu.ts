import { Injectable } from '@nestjs/common';
import { RestaurantId, type Timetable } from '@thali/contracts';
import { Database, type Tx } from '@thali/kit/postgres';
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { fromUUID } from 'typeid-js';
import type { NamedDocument, Problem } from './domain/json-ld';
import { faultsOf } from './domain/menu';
import { holdsOnlyMenus, readJsonLd, type PublishedRestaurant, type ReadingOptions } from './domain/read-json-ld';
import { detailsOf } from './domain/restaurant';
import { readDocument } from './read-document';
import { RestaurantRepository, asPrinted } from './restaurant.repository';
import { timeZones } from './time-zones';

/** What became of one restaurant of a file. */
export interface Imported {
  readonly restaurantId: RestaurantId;
  readonly name: string;
  readonly outcome: 'imported' | 'revised' | 'unchanged';
  /** Of the menu in force. */
  readonly version: number;
  /** The hours as they were understood. */
  readonly timetable: Timetable | null;
}

/** Either all restaurants of the file, or what is wrong with it. */
export interface ImportReport {
  readonly imported: readonly Imported[];
  readonly problems: readonly Problem[];
  /** What was left out or assumed. */
  readonly notes: readonly Problem[];
  /** The other files that it refers to. */
  readonly used: readonly string[];
}

export interface ImportOptions {
  /** Leaves out dishes without a price, noting each, instead of refusing the file. */
  readonly skipUnpriced?: boolean;
  /** Whose clocks the hours are on where the file does not say; without it, those of the coordinates. */
  readonly timeZone?: string;
  /** Files that may hold what this one refers to, by their names. */
  readonly others?: readonly { readonly name: string; readonly text: string }[];
}

/** Imports restaurants with their menus from schema.org JSON-LD, or revises those that are there. */
@Injectable()
export class ImportMenu {
  constructor(
    private readonly db: Database,
    private readonly restaurants: RestaurantRepository,
  ) {}

  /**
   * All restaurants of a file or none. The same file again changes nothing; a changed one makes the next version.
   * @param text JSON-LD, or an HTML page that embeds it.
   */
  async import(text: string, options: ImportOptions = {}): Promise<ImportReport> {
    const document = readDocument(text);
    if ('problem' in document) return refused([document.problem]);
    const { restaurants, findings } = readJsonLd(document.value, readingOptions(options));
    const notes = [...document.notes, ...findings.notes];
    const used = [...findings.used];
    const problems = findings.problems.length > 0 ? findings.problems : restaurants.flatMap(faultsOfRestaurant);
    if (problems.length > 0) return refused(problems, notes, used);
    const imported = await this.db.transaction(async (tx) => {
      const done: Imported[] = [];
      for (const restaurant of restaurants) done.push(await this.importOne(tx, restaurant));
      return done;
    });
    return { imported, problems: [], notes, used };
  }

  private async importOne(tx: Tx, { identity, details, open, menu }: PublishedRestaurant): Promise<Imported> {
    const restaurantId = restaurantIdOf(identity);
    const { name, timetable } = details;
    const is = (outcome: Imported['outcome'], version: number) => ({ restaurantId, name, outcome, version, timetable });
    const before = await this.restaurants.find(tx, restaurantId);
    if (!before) return is('imported', await this.restaurants.add(tx, restaurantId, details, menu, open));
    const inForce = await this.restaurants.menu(tx, restaurantId);
    const same = isDeepStrictEqual(detailsOf(before), details) && isDeepStrictEqual(inForce, asPrinted(menu));
    if (same) return is('unchanged', before.version);
    return is('revised', await this.restaurants.revise(tx, before, details, menu));
  }
}

/** Whether a file holds menus and no restaurant: it is there for other files to refer to. */
export function isMenuFile(text: string): boolean {
  const document = readDocument(text);
  return 'value' in document && holdsOnlyMenus(document.value);
}

/** The id that stands in the file's own, or else one that follows from it: the same file always names the same restaurant. */
export function restaurantIdOf(identity: string): RestaurantId {
  const own = /rst_[0-7][0-9a-hjkmnp-tv-z]{25}(?![0-9a-z])/.exec(identity)?.[0];
  if (own) return own;
  const hex = createHash('sha256').update(identity).digest('hex');
  // A UUIDv8, the version whose bits are the application's own: https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-8.
  const uuid = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
  return fromUUID(uuid, 'rst');
}

function readingOptions({ skipUnpriced = false, timeZone, others = [] }: ImportOptions): ReadingOptions {
  const documents = others.flatMap(({ name, text }): NamedDocument[] => {
    const document = readDocument(text);
    return 'value' in document ? [{ name, value: document.value }] : [];
  });
  return { zones: timeZones(timeZone), skipUnpriced, others: documents };
}

function faultsOfRestaurant({ details: { name, currency }, menu }: PublishedRestaurant): Problem[] {
  return faultsOf(menu, currency).map(({ field, expected }) => ({ path: `${name}, ${field}`, message: expected }));
}

function refused(
  problems: readonly Problem[],
  notes: readonly Problem[] = [],
  used: readonly string[] = [],
): ImportReport {
  return { imported: [], problems, notes, used };
}
