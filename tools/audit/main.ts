import { messageOf } from '@thali/kit/core';
import { audit } from './audit';
import { findDatabases } from './databases';
import { printFindings, summarise } from './print';

/** Audits the databases that the variables speak of, as they are: also while Thali runs. */
async function main(): Promise<void> {
  const databases = await findDatabases(process.env);
  try {
    const { atRest, findings } = await audit({ urlOf: databases.urlOf });
    console.log(printFindings(findings));
    if (!atRest) console.log('\nThali is at work: what holds only at rest was not checked.');
    console.log(`\n${summarise(findings)}`);
    if (findings.some(({ verdict }) => verdict === 'invalid')) process.exitCode = 1;
  } finally {
    await databases.release();
  }
}

main().catch((error: unknown) => {
  console.error(`The audit cannot be made: ${messageOf(error)}`);
  process.exitCode = 1;
});
