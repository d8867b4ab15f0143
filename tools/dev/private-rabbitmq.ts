import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { answersAt } from './answers-at';

const pollMs = 50;
const startWithinMs = 60_000;

/** Where the packages of Debian, Red Hat and Homebrew put the programs. What is in the PATH of the first two refuses most users. */
const folders = [
  '/usr/lib/rabbitmq/bin',
  '/opt/homebrew/sbin',
  '/usr/local/sbin',
  ...(process.env.PATH ?? '').split(':'),
];

/** The folder of an installed RabbitMQ's programs, if there is one. */
export function locatePrograms(): string | undefined {
  return folders.find((folder) => existsSync(path.join(folder, 'rabbitmq-server')));
}

/**
 * A broker of our own: on free ports of 127.0.0.1, with everything it writes in a temporary folder. It dies with this process,
 * however that dies.
 */
export class PrivateRabbitMq {
  private server: ChildProcess | undefined;

  private constructor(
    private readonly programs: string,
    /** The folder with everything it writes. */
    readonly home: string,
    private readonly env: NodeJS.ProcessEnv,
    private readonly undertaker: ChildProcess,
    readonly url: string,
  ) {}

  /** @throws {Error} when none is installed, or it does not start. */
  static async launch(): Promise<PrivateRabbitMq> {
    const programs = locatePrograms();
    if (!programs) throw new Error('no rabbitmq-server is installed');
    const home = mkdtempSync(path.join(tmpdir(), 'rabbitmq-'));
    const [port, distributionPort, epmdPort] = await findFreePorts();
    const env = environment(home, { port, distributionPort, epmdPort });
    writeFileSync(
      path.join(home, 'rabbitmq.conf'),
      `listeners.tcp.1 = 127.0.0.1:${port}\ndisk_free_limit.absolute = 50MB\n`,
    );
    writeFileSync(path.join(home, 'enabled_plugins'), '[].');
    const undertaker = engageUndertaker(home);
    const broker = new PrivateRabbitMq(programs, home, env, undertaker, `amqp://guest:guest@127.0.0.1:${port}`);
    // Otherwise the server would start one that nobody ends.
    broker.run('epmd', ['-port', `${epmdPort}`]).on('error', () => {});
    await broker.start();
    return broker;
  }

  /** Starts the server again after `stop`, with its data and on its port. Resolves when it serves. */
  async start(): Promise<void> {
    const server = this.run(path.join(this.programs, 'rabbitmq-server'), []);
    this.server = server;
    const until = Date.now() + startWithinMs;
    while (!(await answersAt(this.url))) {
      if (hasEnded(server) || Date.now() > until)
        throw new Error(`rabbitmq-server does not start: ${this.lastWords()}`);
      await pause(pollMs);
    }
  }

  /** Stops the server, properly or not. The data stays. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    if (!this.server || hasEnded(this.server)) return;
    this.signal(signal);
    await endOf(this.server);
  }

  /** Has the server stand still, or go on. */
  signal(signal: NodeJS.Signals): void {
    if (this.server?.pid) process.kill(-this.server.pid, signal);
  }

  /** Has `rabbitmqctl` do something. @returns what it says. */
  async control(...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(path.join(this.programs, 'rabbitmqctl'), ['--quiet', ...args], {
      env: this.env,
    });
    return stdout;
  }

  /** Ends the server and removes all it wrote. */
  async remove(): Promise<void> {
    await this.stop();
    this.undertaker.stdin?.end();
    await endOf(this.undertaker);
  }

  /** In a process group of its own: a Ctrl-C in the terminal is meant for whoever uses the broker, who still needs it to drain. */
  private run(program: string, args: string[]): ChildProcess {
    const log = openSync(this.logFile, 'a');
    const child = spawn(program, args, { env: this.env, cwd: this.home, detached: true, stdio: ['ignore', log, log] });
    this.undertaker.stdin?.write(`${child.pid ?? ''}\n`);
    child.unref();
    return child;
  }

  private get logFile(): string {
    return path.join(this.home, 'rabbitmq.log');
  }

  private lastWords(): string {
    return readFileSync(this.logFile, 'utf8').trim().split('\n').slice(-5).join(' ');
  }
}

function environment(
  home: string,
  ports: { port?: number; distributionPort?: number; epmdPort?: number },
): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    LANG: 'C.UTF-8',
    HOME: home, // Where Erlang keeps the cookie by which rabbitmqctl is let in.
    ERL_EPMD_PORT: `${ports.epmdPort}`,
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: `thali-${ports.port}@localhost`,
    RABBITMQ_DIST_PORT: `${ports.distributionPort}`,
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_CONFIG_FILE: path.join(home, 'rabbitmq.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: path.join(home, 'enabled_plugins'),
    RABBITMQ_GENERATED_CONFIG_DIR: path.join(home, 'config'),
    RABBITMQ_MNESIA_BASE: path.join(home, 'data'),
    RABBITMQ_LOG_BASE: path.join(home, 'log'),
    RABBITMQ_LOGS: '-',
  };
}

/**
 * A shell that is told the process groups to end. It does so, and removes the folder, as soon as we close its input, which the
 * system does for us when we are killed.
 */
function engageUndertaker(home: string): ChildProcess {
  const script =
    'while read -r pid; do all="$all $pid"; done; for pid in $all; do kill -9 -"$pid"; done; until rm -rf "$0"; do sleep 0.1; done';
  const shell = spawn('sh', ['-c', script, home], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  shell.unref();
  return shell;
}

async function findFreePorts(): Promise<number[]> {
  const servers = [createServer(), createServer(), createServer()].map((server) => server.listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

async function endOf(program: ChildProcess): Promise<void> {
  program.ref();
  await once(program, 'exit');
}

function hasEnded(program: ChildProcess): boolean {
  return program.exitCode !== null || program.signalCode !== null;
}
