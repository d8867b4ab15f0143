/** An answer of the API. */
export interface Reply<Body = Record<string, never>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

let keys = 0;
const run = `e2e-${process.pid}-${Date.now()}`;

/** Thali as its users reach it. */
export class Api {
  constructor(readonly url: string) {}

  get<Body>(path: string, headers: Record<string, string> = {}): Promise<Reply<Body>> {
    return this.send('GET', path, undefined, headers);
  }

  /** Every POST has an Idempotency-Key of its own, unless one is given. */
  post<Body>(path: string, body: object = {}, headers: Record<string, string> = {}): Promise<Reply<Body>> {
    return this.send('POST', path, body, { 'idempotency-key': `${run}-${keys++}`, ...headers });
  }

  private async send<Body>(
    method: string,
    path: string,
    body: object | undefined,
    headers: Record<string, string>,
  ): Promise<Reply<Body>> {
    const sent = body && { body: JSON.stringify(body) };
    const answer = await fetch(this.url + path, {
      method,
      ...sent,
      headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
    });
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Body };
  }
}

/** Waits for a fact. @throws with the last value seen when it does not come true in time. */
export async function until<T>(look: () => Promise<T>, isTrue: (value: T) => boolean, withinMs = 50_000): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    const value = await look();
    if (isTrue(value)) return value;
    if (performance.now() > end) throw new Error(`still not so after ${withinMs} ms: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
