/** A part of the process that knows whether it can serve. A port: type and token in one. */
export abstract class Readiness {
  /** By name, `'ok'` or what is wrong; answers within about a second. */
  abstract check(): Promise<Record<string, string>>;
}
