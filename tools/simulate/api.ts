import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';

export interface Call {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly body?: object;
  /** The Idempotency-Key. */
  readonly key?: string;
  /** The version that the caller has already: if it still is the newest, it is not sent again (304). */
  readonly etag?: string;
  /** The version that the caller has seen and wants to change. */
  readonly ifMatch?: string;
}

export interface Reply<Body = unknown> {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Body;
}

const answerWithinMs = 20_000;
const firstPauseMs = 50;
const longestPauseMs = 1_000;

/**
 * Thali as its users reach it. A call that gets no answer, or one of our faults (5xx), is neither a success nor a failure: it is made
 * again, with the same key, until it is known.
 */
export class Api {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 128 });
  private closed = false;

  /** @param shedAfterMs how long to ask again before giving up; a server may be restarting. */
  constructor(
    readonly url: string,
    private readonly shedAfterMs = 60_000,
  ) {}

  /**
   * @param heard is told every answer on the way, and undefined for each that did not come.
   * @throws {Error} when nothing that says anything came in all that time.
   */
  async call<Body = unknown>(call: Call, heard: (reply: Reply | undefined) => void = () => {}): Promise<Reply<Body>> {
    const until = performance.now() + this.shedAfterMs;
    for (let tries = 0; ; tries++) {
      const reply = await this.attempt(call).catch(() => undefined);
      heard(reply);
      if (reply && saysSomething(reply)) return reply as Reply<Body>;
      if (this.closed || performance.now() > until)
        throw new Error(`${call.method} ${call.path} was not answered (${reply?.status ?? 'no connection'})`);
      await pause(Math.random() * Math.min(longestPauseMs, firstPauseMs * 2 ** tries));
    }
  }

  /** As {@link call}. @throws {Error} also when the answer is a refusal. */
  async ask<Body>(call: Call): Promise<Body> {
    const { status, body } = await this.call<Body>(call);
    if (status >= 400) throw new Error(`${call.method} ${call.path}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  /** Whether anybody answers there. */
  async isThere(): Promise<boolean> {
    return this.attempt({ method: 'GET', path: '/health/live' }).then(
      ({ status }) => status === 200,
      () => false,
    );
  }

  /** Nobody asks again. */
  close(): void {
    this.closed = true;
    this.agent.destroy();
  }

  private async attempt({ method, path, body, key, etag, ifMatch }: Call): Promise<Reply> {
    const headers = {
      ...(body && { 'content-type': 'application/json' }),
      ...(key && { 'idempotency-key': key }),
      ...(etag && { 'if-none-match': etag }),
      ...(ifMatch && { 'if-match': ifMatch }),
    };
    return new Promise((resolve, reject) => {
      const sent = request(
        `${this.url}${path}`,
        { method, headers, agent: this.agent, timeout: answerWithinMs },
        (answer) => {
          text(answer)
            .then((received) => {
              resolve({
                status: answer.statusCode ?? 0,
                headers: answer.headers,
                body: received ? JSON.parse(received) : undefined,
              });
            }, reject)
            .catch(reject);
        },
      );
      sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
      sent.on('error', reject);
      sent.end(body && JSON.stringify(body));
    });
  }
}

/** Not a fault of the server, and not that the same request is being worked on. */
function saysSomething({ status, body }: Reply): boolean {
  if (status >= 500 || status === 429) return false;
  return (body as { code?: string } | undefined)?.code !== 'request.still-running';
}
