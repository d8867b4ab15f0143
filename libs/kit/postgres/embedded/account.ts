import { spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { messageOf } from '../../core';

/** On whose behalf a program runs, and how that is brought about. */
export interface Account {
  /** Who has to own what the program reads and writes; undefined when it is us. */
  readonly owner?: Owner;
  /** The command that starts the program. */
  readonly prefix: readonly string[];
  /** What Node itself changes when it starts the program. */
  readonly spawnAs: Partial<Owner>;
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Chooses an account that PostgreSQL agrees to run under (it refuses root), and that can enter the directory and start the
 * program.
 *
 * @throws {Error} when there is none.
 */
export async function chooseAccount(program: string, directory: string): Promise<Account> {
  if (process.getuid?.() !== 0) return { prefix: [], spawnAs: {} };
  const complaints: string[] = [];
  for (const account of accountsForRoot()) {
    const complaint = await tryOut(account, program, directory);
    if (complaint === undefined) return account;
    complaints.push(complaint);
  }
  throw new Error(`it refuses to run as root, and under no other account could it (${complaints.join('; ')})`);
}

/** @returns what is wrong with the account, or undefined when nothing is. */
async function tryOut(account: Account, program: string, directory: string): Promise<string | undefined> {
  // PostgreSQL asks -x of its programs before it uses them, and gets stricter answers than who just starts them.
  const script = 'cd "$0" && [ -x "$1" ] && "$1" --version';
  try {
    const shell = runAs(account, 'sh', ['-c', script, directory, program], { stdio: ['ignore', 'ignore', 'pipe'] });
    const [said, [code]] = await Promise.all([shell.stderr ? text(shell.stderr) : '', once(shell, 'exit')]);
    return code === 0 ? undefined : said.trim();
  } catch (error) {
    return messageOf(error);
  }
}

function accountsForRoot(): Account[] {
  const owner = findUnprivileged();
  const { uid, gid } = owner;
  const setpriv = ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--securebits=+no_setuid_fixup'];
  return [
    { owner, prefix: [], spawnAs: owner },
    // Below a directory that only root may enter (a clone in /root), the account keeps the one privilege of passing it;
    // without the secure bit it would lose it when it only asks whether it may.
    { owner, prefix: [...setpriv, '--inh-caps=+dac_override', '--ambient-caps=+dac_override'], spawnAs: {} },
    // In a sandbox where root is the only account there is, root goes by another number.
    {
      owner: { uid: 0, gid: 0 },
      prefix: ['unshare', '--user', `--map-user=${uid}`, `--map-group=${gid}`],
      spawnAs: {},
    },
  ];
}

function findUnprivileged(): Owner {
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const [, , uid, gid] = ['postgres', 'nobody'].flatMap((name) => accounts.filter(([each]) => each === name))[0] ?? [];
  return { uid: Number(uid ?? 65_534), gid: Number(gid ?? 65_534) };
}

/** Starts a program as the account, with none of our variables, some of which would mean something to PostgreSQL. */
export function runAs(
  { prefix, spawnAs }: Account,
  program: string,
  args: readonly string[],
  options: SpawnOptions = {},
) {
  const [command = program, ...rest] = [...prefix, program, ...args];
  const env = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
  return spawn(command, rest, { stdio: 'ignore', ...options, ...spawnAs, cwd: '/', env });
}
