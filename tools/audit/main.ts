import { messageOf } from '@thali/kit/core';
import { audit } from './audit';
import { findDatabases } from './databases';
import { printFindings, summarise } from './print';
import { findOutstanding } from './rest';

/** Audits the databases that the variables speak of, as they are: also while Thali runs. */
async function main(): Promise<void> {
  const databases = await findDatabases(process.env);
  try {
    const outstanding = await findOutstanding(databases.urlOf);
    const atRest = Object.keys(outstanding).length === 0;
    if (!atRest) console.log(`Not at rest (${list(outstanding)}): only what holds at every instant is checked.\n`);
    const findings = await audit({ urlOf: databases.urlOf, atRest });
    console.log(printFindings(findings));
    console.log(`\n${summarise(findings)}`);
    if (findings.some(({ verdict }) => verdict === 'invalid')) process.exitCode = 1;
  } finally {
    await databases.release();
  }
}

function list(outstanding: Readonly<Record<string, number>>): string {
  return Object.entries(outstanding)
    .map(([what, count]) => `${count} in ${what}`)
    .join(', ');
}

main().catch((error: unknown) => {
  console.error(`The audit cannot be made: ${messageOf(error)}`);
  process.exitCode = 1;
});
