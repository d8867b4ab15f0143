import { listeners } from '@thali/contracts';
import { DeliveryModule } from '@thali/delivery';
import { type Environment } from '@thali/kit/nest';
import { createApp } from '@thali/kit/nest/run';
import { messageOf } from '@thali/kit/core';
import { OrderModule } from '@thali/order';
import { PaymentModule } from '@thali/payment';
import { ImportMenu, RestaurantModule } from '@thali/restaurant';
import { readFile } from 'node:fs/promises';

const all = { order: OrderModule, payment: PaymentModule, restaurant: RestaurantModule, delivery: DeliveryModule };

/**
 * Imports the restaurants of files, each file whole or not at all, into the data that the variables speak of; also while Thali runs.
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
): Promise<boolean> {
  const modules = env.THALI_TRANSPORT === 'rabbitmq' ? { restaurant: RestaurantModule } : all;
  const app = await createApp({ name: 'thali', modules, listeners, env });
  try {
    await app.prepare();
    const importer = app.nest.get(ImportMenu, { strict: false });
    let complete = true;
    for (const file of files) complete = (await importFile(importer, file, print)) && complete;
    return complete;
  } finally {
    await app.stop();
  }
}

async function importFile(importer: ImportMenu, file: string, print: (line: string) => void): Promise<boolean> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    print(`${file}: cannot be read: ${messageOf(error)}`);
  });
  if (text === undefined) return false;
  const { imported, problems } = await importer.import(text);
  for (const { outcome, name, restaurantId, version } of imported)
    print(`${file}: ${outcome} ${name} (${restaurantId}), menu version ${version}`);
  if (problems.length > 0)
    print(`${file}: nothing imported, ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}:`);
  for (const { path, message } of problems) print(`  ${path}: ${message}`);
  return problems.length === 0;
}
