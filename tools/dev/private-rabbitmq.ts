import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { answersAt } from './answers-at';
import { findFreePorts } from './free-ports';

const pollMs = 50;
const startWithinMs = 60_000;

/**
 * Where the packages of Debian, Red Hat and Homebrew put the programs. What is in the PATH of the first two refuses
 * most users.
 */
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
 * A broker of our own: on free ports of 127.0.0.1, with everything it writes in one folder. It ends with this process,
 * however that ends.
 */
export class PrivateRabbitMq {
  private server: ChildProcess | undefined;

  private constructor(
    private readonly programs: string,
    /** The folder with everything it writes. */
    readonly home: string,
    private readonly env: NodeJS.ProcessEnv,
    private readonly reaper: ChildProcess,
    readonly url: string,
  ) {}

  /**
   * @param directory where its data stay for the next one; without it they are removed in the end.
   * @throws {Error} when none is installed, the directory is in use, or it does not start.
   */
  static async launch({ directory }: { directory?: string } = {}): Promise<PrivateRabbitMq> {
    const programs = locatePrograms();
    if (!programs) throw new Error('no rabbitmq-server is installed');
    const home = directory ? path.resolve(directory) : mkdtempSync(path.join(tmpdir(), 'rabbitmq-'));
    await refuseSecond(home);
    const port = await findFreePorts(3);
    const [distributionPort, epmdPort] = [port + 1, port + 2];
    const url = `amqp://guest:guest@127.0.0.1:${port}`;
    const settings = [`listeners.tcp.1 = 127.0.0.1:${port}`, 'disk_free_limit.absolute = 50MB', ''];
    mkdirSync(home, { recursive: true });
    writeFileSync(path.join(home, 'url'), url);
    writeFileSync(path.join(home, 'rabbitmq.conf'), settings.join('\n'));
    writeFileSync(path.join(home, 'enabled_plugins'), '[].');
    const env = environment(home, { distributionPort, epmdPort });
    const broker = new PrivateRabbitMq(programs, home, env, engageReaper(directory ? undefined : home), url);
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

  /** Ends it for good, and removes its data unless they were to stay. */
  async end(): Promise<void> {
    await this.stop();
    this.reaper.stdin?.end();
    await endOf(this.reaper);
  }

  /**
   * In a process group of its own: a Ctrl-C in the terminal is meant for whoever uses the broker, who still needs it to
   * drain.
   */
  private run(program: string, args: string[]): ChildProcess {
    const log = openSync(this.logFile, 'a');
    const child = spawn(program, args, { env: this.env, cwd: this.home, detached: true, stdio: ['ignore', log, log] });
    if (child.pid) this.reaper.stdin?.write(`${child.pid}\n`);
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

/** Two servers would ruin each other's data. */
async function refuseSecond(home: string): Promise<void> {
  const file = path.join(home, 'url');
  if (existsSync(file) && (await answersAt(readFileSync(file, 'utf8'))))
    throw new Error(`another process uses the RabbitMQ in ${home}`);
}

function environment(home: string, ports: { distributionPort?: number; epmdPort?: number }): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    LANG: 'C.UTF-8',
    HOME: home, // Where Erlang keeps the cookie by which rabbitmqctl is let in.
    ERL_EPMD_PORT: `${ports.epmdPort}`,
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: 'thali@localhost', // Its data go by that name.
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
 * A shell that is told the process groups to end. It does so as soon as we close its input, which the system does for
 * us when we are killed, and then removes the folder.
 */
function engageReaper(home = ''): ChildProcess {
  const script = `
    while read -r group; do groups="$groups -$group"; done
    for group in $groups; do kill -s TERM -- "$group"; done
    for group in $groups; do
      tries=0
      while kill -s 0 -- "$group" && [ "$tries" -lt 50 ]; do tries=$((tries + 1)); sleep 0.1; done
      kill -s KILL -- "$group"
    done
    [ -z "$0" ] || until rm -rf "$0"; do sleep 0.1; done`;
  const shell = spawn('sh', ['-c', script, home], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  shell.unref();
  return shell;
}

async function endOf(program: ChildProcess): Promise<void> {
  program.ref();
  await once(program, 'exit');
}

function hasEnded(program: ChildProcess): boolean {
  return program.exitCode !== null || program.signalCode !== null;
}
