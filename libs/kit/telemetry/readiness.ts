/** How one part is: a database, a broker, another service. */
export interface PartHealth {
  /** `'ok'` or what is wrong. */
  readonly health: string;
  /** Whether requests that need it can be served. */
  readonly serves: boolean;
}

/** How a process is. */
export interface Health {
  /** `degraded`: something is wrong, and requests are served, at least some of them. */
  readonly status: 'ok' | 'degraded' | 'unavailable';
  /** By name, `'ok'` or what is wrong. */
  readonly parts: Readonly<Record<string, string>>;
}

/** A part of the process that knows whether it can serve. A port: type and token in one. */
export abstract class Readiness {
  /** How long the first request of a queue may have waited before further requests are refused, in milliseconds. */
  abstract readonly shedAfterMs: number;
  /** Answers within some seconds. */
  abstract check(): Promise<Health>;
}

/** The health of a process with these parts: unavailable when nothing that it serves with is left. */
export function healthOf(parts: Readonly<Record<string, PartHealth>>): Health {
  const all = Object.values(parts);
  const isOk = all.every(({ health }) => health === 'ok');
  const serves = all.length === 0 || all.some(({ serves }) => serves);
  const texts = Object.entries(parts).map(([name, { health }]) => [name, health] as const);
  return { status: isOk ? 'ok' : serves ? 'degraded' : 'unavailable', parts: Object.fromEntries(texts) };
}
