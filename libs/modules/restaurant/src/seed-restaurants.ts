import { Database } from '@thali/kit/postgres';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { ImportMenu, type Imported } from './import-menu';

/** Restaurants to play with, as files in the format in which real ones publish themselves. */
const folder = path.join(__dirname, '../seed');

/**
 * Fills an empty database with the example restaurants, all or none; does nothing where there are restaurants already.
 * @throws when a file has a problem.
 */
export async function seedRestaurants(db: Database, importer: ImportMenu): Promise<readonly Imported[]> {
  if ((await db.read('select 1 from restaurants limit 1')).length > 0) return [];
  const files = (await readdir(folder)).filter((file) => file.endsWith('.jsonld')).sort();
  const documents = await Promise.all(files.map((file) => readFile(path.join(folder, file), 'utf8')));
  const { imported, problems } = await importer.import(`[${documents.join(',')}]`);
  const [problem] = problems;
  if (problem) throw new Error(`the seed has a problem: ${problem.path} ${problem.message}`);
  return imported;
}
