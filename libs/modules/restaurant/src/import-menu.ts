import { Injectable } from '@nestjs/common';
import { RestaurantId } from '@thali/contracts';
import { messageOf } from '@thali/kit/core';
import { Database, type Tx } from '@thali/kit/postgres';
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { fromUUID } from 'typeid-js';
import type { Problem } from './domain/json-ld';
import { readJsonLd, type PublishedRestaurant } from './domain/read-json-ld';
import { detailsOf } from './domain/restaurant';
import { Restaurants, asPrinted } from './restaurant.repository';

/** What became of one restaurant of a file. */
export interface Imported {
  readonly restaurantId: RestaurantId;
  readonly name: string;
  readonly outcome: 'imported' | 'revised' | 'unchanged';
  /** Of the menu in force. */
  readonly version: number;
}

/** Either all restaurants of the file, or what is wrong with it. */
export type ImportReport =
  | { readonly imported: readonly Imported[]; readonly problems: readonly [] }
  | { readonly imported: readonly []; readonly problems: readonly Problem[] };

/** Imports restaurants with their menus from schema.org JSON-LD, or revises those that are there. */
@Injectable()
export class ImportMenu {
  constructor(
    private readonly db: Database,
    private readonly restaurants: Restaurants,
  ) {}

  /** All restaurants of a file or none. The same file again changes nothing; a changed one makes the next version. */
  async import(text: string): Promise<ImportReport> {
    const document = parse(text);
    if ('problem' in document) return { imported: [], problems: [document.problem] };
    const { restaurants, problems } = readJsonLd(document.value);
    if (problems.length > 0) return { imported: [], problems };
    const imported = await this.db.transaction(async (tx) => {
      const done: Imported[] = [];
      for (const restaurant of restaurants) done.push(await this.importOne(tx, restaurant));
      return done;
    });
    return { imported, problems: [] };
  }

  private async importOne(tx: Tx, { identity, details, open, menu }: PublishedRestaurant): Promise<Imported> {
    const restaurantId = restaurantIdOf(identity);
    const { name } = details;
    const before = await this.restaurants.find(tx, restaurantId);
    if (!before)
      return {
        restaurantId,
        name,
        outcome: 'imported',
        version: await this.restaurants.add(tx, restaurantId, details, menu, open),
      };
    const inForce = await this.restaurants.menu(tx, restaurantId);
    const same = isDeepStrictEqual(detailsOf(before), details) && isDeepStrictEqual(inForce, asPrinted(menu));
    if (same) return { restaurantId, name, outcome: 'unchanged', version: before.version };
    return {
      restaurantId,
      name,
      outcome: 'revised',
      version: await this.restaurants.revise(tx, before, details, menu),
    };
  }
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

function parse(text: string): { value: unknown } | { problem: Problem } {
  try {
    return { value: JSON.parse(text.replace(/^\uFEFF/, '')) as unknown };
  } catch (error) {
    return { problem: { path: '$', message: `is not JSON: ${messageOf(error)}` } };
  }
}
