import { toStorable, type Log } from '../../core';
import type { Database } from '../../postgres';
import { outboxPrefix, type MessagesRefused, type Refusal } from '../ports/transport';

const attemptsAllowed = 3;

/** The row of the outbox that a message has. */
interface Row {
  readonly messageId: string;
  readonly seq: number;
  readonly type: string;
  readonly key: string;
  readonly correlationId: string;
}

/**
 * Counts how often the transport has refused a message. After the last attempt the message moves from the outbox to the dead letters, and
 * later messages of its key wait in the outbox, in order, until a replay has put it back. Attempts are counted in memory: a refusal is the
 * broker's own word, so that counting anew after a crash does no harm.
 */
export class RefusedMessages {
  private readonly attempts = new Map<string, number>();

  constructor(
    private readonly db: Database,
    private readonly destination: string,
    private readonly log: Log,
  ) {}

  /**
   * @param rows of the batch that was delivered.
   * @throws {MessagesRefused} while there are attempts left.
   */
  async count(refused: MessagesRefused, rows: readonly Row[]): Promise<void> {
    let isOver = true;
    for (const refusal of refused.refusals) {
      const row = rows.find(({ messageId }) => messageId === refusal.messageId);
      if (row && !(await this.countOne(row, refusal))) isOver = false;
    }
    if (!isOver) throw refused;
  }

  /** @returns whether it was the last attempt. */
  private async countOne(row: Row, { reason }: Refusal): Promise<boolean> {
    const attempt = (this.attempts.get(row.messageId) ?? 0) + 1;
    this.attempts.set(row.messageId, attempt);
    if (attempt < attemptsAllowed) return false;
    const { messageId, type, key, correlationId } = row;
    await this.bury(row.seq, attempt, reason);
    this.attempts.delete(messageId);
    const facts = { module: this.db.module, destination: this.destination, messageId, type, key, correlationId };
    this.log.error({ ...facts, attempts: attempt, reason }, 'message refused by the broker');
    return true;
  }

  private async bury(seq: number, attempts: number, reason: string): Promise<void> {
    const error = { attempt: attempts, message: toStorable(reason) };
    await this.db.read(
      `with gone as (
         delete from outbox where destination = $1 and seq = $2 returning *
       ), dead as (
         insert into dead_letters (subscription, seq, part, message_id, producer, type, version, key, key_version, data, correlation_id,
           causation_id, recorded_at, attempts, errors, died_at)
         select '${outboxPrefix}' || destination, seq, part, message_id, $3, type, version, key, key_version, data, correlation_id, causation_id,
           recorded_at, $4, jsonb_build_array($5::jsonb || jsonb_build_object('at', clock_timestamp())), clock_timestamp()
         from gone join messages using (message_id)
         returning subscription, key
       )
       insert into blocked_keys (subscription, key, until) select subscription, key, 'infinity' from dead
       on conflict (subscription, key) do update set until = excluded.until`,
      [this.destination, seq, this.db.module, attempts, JSON.stringify(error)],
    );
  }
}

/** How many messages of this module the transport has refused for good. */
export async function countRefused(db: Database): Promise<number> {
  const [row] = await db.read<{ refused: number }>(
    `select count(*)::int as refused from dead_letters where subscription like '${outboxPrefix}%'`,
  );
  return row?.refused ?? 0;
}
