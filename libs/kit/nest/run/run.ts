import { once } from 'node:events';
import { createServer } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { messageOf } from '../../core';
import type { Settings } from '../settings';
import { maskPasswords } from '../variables';
import { createApp, settingsOf, type App, type AppOptions } from './create-app';

/** How long the clean-up may take where there are no settings that say so. */
const abandonWithinMs = 10_000;

interface RunOptions extends AppOptions {
  /** The text on standard output once the process serves. */
  welcome?: (url: string) => string;
}

/**
 * Runs the process until a signal stops it: SIGINT and SIGTERM drain it, a second one stops it at once. What keeps it from
 * starting is one sentence on standard error, and exit code 1.
 */
export async function run(options: RunOptions): Promise<void> {
  letRowsDieYoung();
  let app: App | undefined;
  try {
    await refuseBusyPort(settingsOf(options));
    app = await createApp(options);
    stopOnSignals(app);
    const url = await app.start();
    process.stdout.write(options.welcome?.(url) ?? `${options.name} serves ${url}\n`);
  } catch (error) {
    process.stderr.write(`${options.name} cannot start: ${explain(error)}\n`);
    await abandon(app);
  }
}

/**
 * V8 makes objects old from the beginning where it has seen many that survived. Rows and events do not outlive their transaction: made
 * old, they keep what they refer to until the next full garbage collection, and it is copied until it is old itself. Measured at 60 orders
 * a second: 2.3 MB survived each collection of the nursery instead of 5.7, and it took 7 ms instead of 11.
 */
function letRowsDieYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}

/** Ends a process that could not start. The reason has been told: what goes wrong from here on is no further news. */
async function abandon(app: App | undefined): Promise<void> {
  process.exitCode = 1;
  setTimeout(() => process.exit(1), app?.settings.drainWithinMs ?? abandonWithinMs).unref();
  await app?.stop().catch((error: unknown) => app.runtime.log.debug({ err: error }, 'cleaning up failed'));
}

/** @throws {Error} `EADDRINUSE` before anything is made that a second process must not touch. */
async function refuseBusyPort({ port, host }: Settings): Promise<void> {
  const server = createServer().listen(port, host);
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
}

function explain(error: unknown): string {
  const { code, port = '', address = '' } = (error ?? {}) as { code?: unknown; port?: unknown; address?: unknown };
  const listening = (error as { syscall?: unknown } | null)?.syscall === 'listen';
  if (code === 'EADDRINUSE') return `port ${String(port)} is in use. Stop what listens there, or set PORT to another.`;
  if (listening)
    return `it cannot listen on port ${String(port)} of ${String(address)} (${String(code)}). Set PORT to another.`;
  return maskPasswords(messageOf(error));
}

function stopOnSignals(app: App): void {
  const stop = (signal: NodeJS.Signals) => {
    // npm passes on the Ctrl-C that the terminal has sent already: what comes at once is the same wish, not a second one.
    const since = performance.now();
    process.on(signal, () => performance.now() - since > 1_000 && process.exit(1));
    setTimeout(() => process.exit(1), app.settings.drainWithinMs).unref();
    app.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`stopping failed: ${messageOf(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}
