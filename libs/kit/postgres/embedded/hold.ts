import { Client } from 'pg';

/** The role that owns the embedded server, and may do anything in it. */
export const superuser = 'thali';

/** Only a name for the socket: the server listens on no network. */
export const port = 5432;

/** Any number, as long as no other use is made of it in the database `postgres`. */
const lockKey = 1_844_674_407;

/**
 * A claim of one process on a server that several may use: an advisory lock that all of them share. The server itself drops
 * it when the process dies, however it dies.
 */
export class Hold {
  /** Resolves when the server has cut it: the server crashed or was stopped, or this session was terminated. Never after `close`. */
  readonly lost: Promise<void>;
  private isClosed = false;
  private isCut = false;

  private constructor(
    private readonly client: Client,
    readonly socketDirectory: string,
  ) {
    this.lost = new Promise((resolve) => {
      const cut = () => {
        this.isCut = true;
        if (!this.isClosed) resolve();
      };
      client.on('error', cut).on('end', cut);
    });
  }

  /** Whether the server has cut it already. */
  get isLost(): boolean {
    return this.isCut;
  }

  /**
   * @param socketDirectory where the server listens.
   * @returns undefined when no server takes requests there at this moment.
   */
  static async take(socketDirectory: string): Promise<Hold | undefined> {
    const client = new Client({ host: socketDirectory, port, user: superuser, database: 'postgres', ssl: false });
    const hold = new Hold(client, socketDirectory);
    try {
      await client.connect();
      await client.query('select pg_advisory_lock_shared($1)', [lockKey]);
      return hold;
    } catch (error) {
      await client.end();
      if (isAway(error)) return undefined;
      throw error;
    }
  }

  /**
   * Gives the claim up.
   *
   * @returns whether this was the last one. Then no other process can take one until `close`.
   */
  async giveUp(): Promise<boolean> {
    await this.client.query('select pg_advisory_unlock_shared($1)', [lockKey]);
    const { rows } = await this.client.query<{ last: boolean }>('select pg_try_advisory_lock($1) as last', [lockKey]);
    return rows[0]?.last === true;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.client.end();
  }
}

/** No server, or one that is starting or stopping. An error without a code is a connection that was cut. */
function isAway(error: unknown): boolean {
  const { code = 'ECONNRESET' } = error as { code?: string };
  return ['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', '57P01', '57P02', '57P03'].includes(code);
}
