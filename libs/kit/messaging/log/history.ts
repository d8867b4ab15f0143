import type { Database } from '../../postgres';

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
  const rows = await db.read<Omit<LogEntry, 'module' | 'recordedAt'> & { recordedAt: Date }>(
    `select message_id as id, type, version, key, key_version as "keyVersion", data, correlation_id as "correlationId",
       causation_id as "causationId", recorded_at as "recordedAt"
     from messages where key = $1 order by key_version`,
    [key],
  );
  return rows.map((row) => ({ ...row, module: db.module, recordedAt: row.recordedAt.toISOString() }));
}
