import { readFileSync, readdirSync } from 'node:fs';
import type { Client } from 'pg';

/** Whose processor time it is: what is measured, the database, the broker, or those who play the customers. */
export type Role = 'program' | 'postgres' | 'broker' | 'customers';

/** Each with all that it starts; or those that we started, and that have ended. */
export type Processes = Readonly<Partial<Record<Role, readonly number[] | 'ended'>>>;

/** What one order costs, on average. Processor time is undefined where the system does not tell. */
export interface Cost {
  readonly cpuMs: Readonly<Partial<Record<Role, number>>> | undefined;
  /** Transactions that wrote something: each of them waits for the disk, alone or with others. */
  readonly writes: number;
  /** All transactions, reading ones too. */
  readonly transactions: number;
  readonly walBytes: number;
}

/** Counters that only grow. */
export interface Reading extends Cost {
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Reads the counters of one server and of the processes around it. */
export class Meter {
  private constructor(
    private readonly admin: Client,
    private readonly postmaster: number,
  ) {}

  /** @param admin a connection to the server; it stays its owner's. */
  static async on(admin: Client): Promise<Meter> {
    const { rows } = await admin.query<{ pid: number }>('select pg_backend_pid() as pid');
    return new Meter(admin, readStat(rows[0]!.pid)?.parent ?? 0);
  }

  async read(processes: Processes): Promise<Reading> {
    const { rows } = await this.admin.query<Omit<Reading, 'cpuMs'>>(`
      select extract(epoch from clock_timestamp())::float8 * 1000 as at,
        pg_snapshot_xmax(pg_current_snapshot())::text::float8 as writes,
        (select sum(xact_commit)::float8 from pg_stat_database) as transactions,
        pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 as "walBytes"`);
    return { ...rows[0]!, cpuMs: readCpu({ ...processes, postgres: [this.postmaster] }) };
  }
}

/** What each of so many orders cost between two readings. */
export function costOf(from: Reading, to: Reading, orders: number): Cost {
  const per = (after: number, before: number) => (after - before) / orders;
  const roles = Object.keys(to.cpuMs ?? {}) as Role[];
  const cpu = (role: Role) => [role, per(to.cpuMs?.[role] ?? 0, from.cpuMs?.[role] ?? 0)] as const;
  return {
    cpuMs: from.cpuMs && to.cpuMs && Object.fromEntries(roles.map(cpu)),
    writes: per(to.writes, from.writes),
    transactions: per(to.transactions, from.transactions),
    walBytes: per(to.walBytes, from.walBytes),
  };
}

/** The middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Between two values it is as far from each as it should be. @param share from 0 to 1. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low === undefined || high === undefined ? Number.NaN : low + (high - low) * (at % 1);
}

interface Stat {
  readonly parent: number;
  readonly ownMs: number;
  /** Of its children that have ended, and theirs. */
  readonly endedMs: number;
}

/** Linux counts processor time in hundredths of a second. */
const tickMs = 10;

/** See proc_pid_stat(5). */
function readStat(pid: number | string): Stat | undefined {
  try {
    // The name, in parentheses, may hold anything.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
      .map(Number);
    const [, parent = 0] = fields;
    const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11);
    return { parent, ownMs: (user + system) * tickMs, endedMs: (endedUser + endedSystem) * tickMs };
  } catch {
    return undefined; // It has just ended.
  }
}

function readCpu(processes: Processes): Cost['cpuMs'] {
  if (process.platform !== 'linux') return undefined;
  const all = new Map<number, Stat>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const stat = readStat(pid);
    if (stat) all.set(Number(pid), stat);
  }
  const roles = Object.entries(processes);
  return Object.fromEntries(roles.map(([role, roots]) => [role, cpuOf(all, roots)]));
}

function cpuOf(all: ReadonlyMap<number, Stat>, roots: readonly number[] | 'ended'): number {
  if (roots === 'ended') return all.get(process.pid)?.endedMs ?? 0;
  const isTheirs = (pid: number): boolean => roots.includes(pid) || (all.has(pid) && isTheirs(all.get(pid)!.parent));
  return [...all].filter(([pid]) => isTheirs(pid)).reduce((sum, [, { ownMs, endedMs }]) => sum + ownMs + endedMs, 0);
}
