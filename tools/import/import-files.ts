import { listeners } from '@thali/contracts';
import { type Environment } from '@thali/kit/nest';
import { createApp } from '@thali/kit/nest/run';
import { messageOf } from '@thali/kit/core';
import { ImportMenu, RestaurantModule, isMenuFile, type ImportOptions } from '@thali/restaurant';
import { readFile } from 'node:fs/promises';
import { modules as all } from '../../apps/thali/src/modules';
import { printReport } from './print-report';

interface Source {
  readonly name: string;
  /** Undefined when it cannot be read. */
  readonly text: string | undefined;
  readonly problem?: string;
}

/**
 * Imports the restaurants of files, each file whole or not at all, into the data that the variables speak of; also while Thali runs. A file may
 * refer to menus in the others.
 *
 * It is a process of Thali that does this one thing: it serves nothing and handles no messages. What it announces is delivered by the
 * processes that run, or by the next to start.
 *
 * @param print takes what became of each file, line by line.
 * @returns whether every file was imported.
 */
export async function importFiles(
  files: readonly string[],
  env: Environment,
  print: (line: string) => void,
  options: Omit<ImportOptions, 'others'> = {},
): Promise<boolean> {
  const modules = env.THALI_TRANSPORT === 'rabbitmq' ? { restaurant: RestaurantModule } : all;
  const app = await createApp({ name: 'thali', modules, listeners, env });
  try {
    await app.prepare();
    const importer = app.nest.get(ImportMenu, { strict: false });
    const sources = await Promise.all(files.map(readSource));
    const others = sources.flatMap(({ name, text }) => (text === undefined ? [] : [{ name, text }]));
    const menus = others.filter(({ text }) => isMenuFile(text)).map(({ name }) => name);
    const used = new Set<string>();
    let complete = true;
    for (const source of sources.filter(({ name }) => !menus.includes(name)))
      complete = (await importFile(importer, source, { ...options, others }, used, print)) && complete;
    return menus.map((name) => reportMenu(name, used, print)).every((isUsed) => isUsed) && complete;
  } finally {
    await app.stop();
  }
}

async function readSource(name: string): Promise<Source> {
  try {
    return { name, text: await readFile(name, 'utf8') };
  } catch (error) {
    return { name, text: undefined, problem: messageOf(error) };
  }
}

/** @param used gets the names of the other files that this one refers to. @returns whether it was imported. */
async function importFile(
  importer: ImportMenu,
  { name, text, problem }: Source,
  options: ImportOptions,
  used: Set<string>,
  print: (line: string) => void,
): Promise<boolean> {
  if (text === undefined) {
    print(`${name}: cannot be read: ${problem}`);
    return false;
  }
  const others = options.others?.filter((other) => other.name !== name) ?? [];
  try {
    const report = await importer.import(text, { ...options, others });
    for (const other of report.used) used.add(other);
    printReport(name, report, print);
    return report.problems.length === 0;
  } catch (error) {
    print(`${name}: nothing imported: ${messageOf(error)}`);
    return false;
  }
}

/** A file of menus alone is imported with the restaurants that refer to it. @returns whether there are any. */
function reportMenu(name: string, used: ReadonlySet<string>, print: (line: string) => void): boolean {
  const isUsed = used.has(name);
  if (isUsed) print(`${name}: read as a menu of the other files`);
  else
    print(
      `${name}: nothing imported: it holds menus and no restaurant, and none of the files refers to them by "@id" or url`,
    );
  return isUsed;
}
