import type { Database, RowOf } from '../../postgres';
import { Messages } from '../tables/messaging.tables';

/** A message of the log, for a person to read. */
export interface LogEntry {
  id: string;
  module: string;
  type: string;
  version: number;
  key: string;
  keyVersion: number;
  data: unknown;
  correlationId: string;
  causationId: string | null;
  recordedAt: string;
}

/** All messages of a key that a module has recorded, in the order in which it recorded them. */
export async function historyOf(db: Database, key: string): Promise<LogEntry[]> {
  const rows = await db.read<RowOf<typeof Messages>>(
    `select ${Messages.columns('m')} from messages m where key = $1 order by key_version`,
    [key],
  );
  return rows.map(({ messageId: id, recordedAt, ...row }) => {
    return { id, module: db.module, ...row, recordedAt: recordedAt.toISOString() };
  });
}
