import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readJsonLd, type PublishedRestaurant, type ReadingOptions } from '../src/domain/read-json-ld';
import { readDocument } from '../src/read-document';
import { timeZones } from '../src/time-zones';

/** A file as a restaurant published it, which once was read wrongly. */
export function aCase(name: string): string {
  return readFileSync(path.join(__dirname, '../test/cases', name), 'utf8');
}

interface Read {
  readonly restaurant: PublishedRestaurant | undefined;
  readonly restaurants: readonly PublishedRestaurant[];
  /** `path: message` */
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

/** What the importer understands of a text. */
export function understand(text: string, options: Partial<ReadingOptions> = {}): Read {
  const document = readDocument(text);
  const lines = (problems: readonly { path: string; message: string }[]) =>
    problems.map(({ path: where, message }) => `${where}: ${message}`);
  if ('problem' in document)
    return { restaurant: undefined, restaurants: [], problems: lines([document.problem]), notes: [] };
  const { restaurants, findings } = readJsonLd(document.value, { zones: timeZones(), ...options });
  const notes = lines([...document.notes, ...findings.notes]);
  return { restaurant: restaurants[0], restaurants, problems: lines(findings.problems), notes };
}

/** A text as JSON-LD of a restaurant with a soup for 5.50 EUR, but for these differences. */
export function aCafe(differences: object = {}): object {
  return {
    '@context': 'https://schema.org',
    '@type': 'Restaurant',
    '@id': 'https://cafe.example/#us',
    name: 'Café',
    currenciesAccepted: 'EUR',
    geo: { '@type': 'GeoCoordinates', latitude: 52.5, longitude: 13.4 },
    hasMenu: menuOf({ '@type': 'MenuItem', name: 'Soup', offers: offer('5.50') }),
    ...differences,
  };
}

export function offer(price: unknown, more: object = {}): object {
  return { '@type': 'Offer', price, priceCurrency: 'EUR', ...more };
}

export function menuOf(...hasMenuItem: object[]): object {
  return { '@type': 'Menu', hasMenuSection: [{ '@type': 'MenuSection', name: 'All', hasMenuItem }] };
}

/** Understands a café with these differences. */
export function understandCafe(differences: object = {}, options: Partial<ReadingOptions> = {}): Read {
  return understand(JSON.stringify(aCafe(differences)), options);
}
