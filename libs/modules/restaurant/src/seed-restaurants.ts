import { Database } from '@thali/kit/postgres';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { ImportMenu, type Imported } from './import-menu';

/** Restaurants to play with, as files in the format in which real ones publish themselves. */
const folder = path.join(__dirname, '../seed');

/**
 * Fills an empty database with the example restaurants; does nothing where there are restaurants already.
 * @throws when a file has a problem, naming it.
 */
export async function seedRestaurants(db: Database, importer: ImportMenu): Promise<Imported[]> {
  if ((await db.read('select 1 from restaurants limit 1')).length > 0) return [];
  const files = (await readdir(folder)).filter((file) => file.endsWith('.jsonld')).sort();
  const imported: Imported[] = [];
  for (const file of files) {
    const report = await importer.import(await readFile(path.join(folder, file), 'utf8'));
    const [problem] = report.problems;
    if (problem) throw new Error(`${file}: ${problem.path} ${problem.message}`);
    imported.push(...report.imported);
  }
  return imported;
}
