/** A part of the process that knows whether it can serve. A port: type and token in one. */
export abstract class Readiness {
  /** How long the first request of a queue may have waited before further requests are refused, in milliseconds. */
  abstract readonly shedAfterMs: number;
  /** By name, `'ok'` or what is wrong; answers within about a second. */
  abstract check(): Promise<Record<string, string>>;
}
