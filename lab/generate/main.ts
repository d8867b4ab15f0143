import { messageOf } from '@thali/kit/core';
import { parseArgs } from 'node:util';
import { audit, findDatabases, printFindings, summarise } from '@thali/tools/audit';
import { fill } from './fill';

const usage = 'npm run generate -- [--orders 100000] [--days 365] [--templates 48] [--audit]';

async function main(): Promise<void> {
  const { auditAfter, ...options } = readOptions();
  await fill({ ...options, env: process.env, tell: console.log });
  if (auditAfter) await auditAll();
}

/** Sets the exit code. */
async function auditAll(): Promise<void> {
  const databases = await findDatabases(process.env);
  try {
    const { findings } = await audit({ urlOf: databases.urlOf });
    console.log(`${printFindings(findings)}\n\n${summarise(findings)}`);
    if (findings.some(({ verdict }) => verdict === 'invalid')) process.exitCode = 1;
  } finally {
    await databases.release();
  }
}

function readOptions(): { orders: number; days: number; templates: number; auditAfter: boolean } {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: { orders: text, days: text, templates: text, audit: { type: 'boolean', default: false } },
  });
  return {
    orders: readNumber('orders', values.orders ?? '100000'),
    days: readNumber('days', values.days ?? '365'),
    templates: readNumber('templates', values.templates ?? '48'),
    auditAfter: values.audit,
  };
}

function readNumber(name: string, value: string): number {
  if (!/^[1-9]\d{0,8}$/.test(value))
    throw new Error(`--${name} is "${value}"; it should be a whole number above 0. ${usage}`);
  return Number(value);
}

main().catch((error: unknown) => {
  console.error(`Nothing, or not everything, was generated: ${messageOf(error)}`);
  process.exitCode = 1;
});
