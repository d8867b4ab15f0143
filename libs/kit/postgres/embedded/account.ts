import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

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
 * Chooses an account that PostgreSQL agrees to run under (it refuses root), and that can reach the program and enter the
 * directory.
 *
 * @throws {Error} when there is none.
 */
export async function chooseAccount(program: string, directory: string): Promise<Account> {
  if (process.getuid?.() !== 0) return { prefix: [], spawnAs: {} };
  const probe = ['-c', '[ -x "$0" ] && "$1" --version', directory, program];
  for (const account of accountsForRoot()) {
    if (await succeeds(() => runAs(account, 'sh', probe))) return account;
  }
  throw new Error('it does not run as root, and no other account can reach its programs and its data');
}

function accountsForRoot(): Account[] {
  const owner = findUnprivileged();
  const { uid, gid } = owner;
  const setpriv = ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
  return [
    { owner, prefix: [], spawnAs: owner },
    // Below a directory that only root may enter (a clone in /root), the account keeps the one privilege of passing it.
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

/** Whether the program can be started, and ends well. */
export async function succeeds(start: () => ChildProcess): Promise<boolean> {
  try {
    const [code] = await once(start(), 'exit');
    return code === 0;
  } catch {
    return false;
  }
}
