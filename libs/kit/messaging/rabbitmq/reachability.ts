import { heartbeat, type Session } from './session';

const heartbeatMs = Number(heartbeat) * 1_000;

/** How a broker has been in reach, as one connection to it shows. Look at it often: what it knows is from when it was looked at. */
export class Reachability {
  private away: { since: number; why: string } | undefined = { since: performance.now(), why: 'not connected' };
  private backSince = performance.now();
  private received = { bytes: 0, at: performance.now() };

  /** @param session the present one; undefined while there is none. */
  observe(session: Session | undefined): void {
    const now = performance.now();
    const why = this.explain(session, now);
    if (!why && this.away) this.backSince = now;
    this.away = why ? { since: this.away?.since ?? now, why } : undefined;
  }

  /** For how long the broker has been in reach without a break, in milliseconds; 0 while it is not. */
  get connectedMs(): number {
    return this.away ? 0 : performance.now() - this.backSince;
  }

  /** `ok`, or what is wrong and for how long. */
  get health(): string {
    if (!this.away) return 'ok';
    const { since, why } = this.away;
    return `${why} for ${Math.round((performance.now() - since) / 1000)} s`;
  }

  private explain(session: Session | undefined, now: number): string | undefined {
    if (!session || session.ended) return 'not connected';
    if (session.bytesReceived !== this.received.bytes) this.received = { bytes: session.bytesReceived, at: now };
    // By itself a standing broker keeps its connections open.
    if (now - this.received.at > heartbeatMs) return 'connected, but silent';
    return session.blocked ? `connected, but taking no messages (${session.blocked})` : undefined;
  }
}
