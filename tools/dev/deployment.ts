import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { modules, type Module, type UrlOf } from '../audit/modules';
import { ThaliProcess } from '../simulate/thali-process';
import { findFreePorts } from './free-ports';
import { PrivatePostgres } from './private-postgres';
import type { PrivateRabbitMq } from './private-rabbitmq';
import { launchRabbitMq } from './rabbitmq';
import { servicesAt, type Service } from './services';

export interface DeploymentOptions {
  /** Where the repository is, built. */
  readonly root: string;
  /** Of every service, besides its own. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Takes what each process says on standard error. */
  readonly logDirectory: string;
}

/** The separate services on this machine: a process, and a database server, for each. Everything in it may be killed. */
export class Deployment {
  readonly services = new Map<string, ThaliProcess>();

  private constructor(
    private readonly options: DeploymentOptions,
    readonly databases: Readonly<Record<Module, PrivatePostgres>>,
    readonly broker: PrivateRabbitMq,
    private readonly plans: readonly Service[],
  ) {}

  /** @throws {Error} when something does not start. */
  static async start(options: DeploymentOptions): Promise<Deployment> {
    // What a power failure would lose is kept when a server is killed.
    const launches = modules.map(async (module) => [module, await PrivatePostgres.launch({ fsync: 'off' })] as const);
    const databases = Object.fromEntries(await Promise.all(launches)) as Record<Module, PrivatePostgres>;
    const ports = Object.fromEntries(
      await Promise.all([...modules, 'gateway'].map(async (name) => [name, await findFreePorts()] as const)),
    );
    const broker = await launchRabbitMq();
    const plans = servicesAt({
      databaseUrl: (module) => databases[module as Module].url,
      rabbitMqUrl: broker.url,
      serviceUrl: (module) => `http://127.0.0.1:${ports[module]}`,
      secret: randomBytes(32).toString('base64url'),
      gatewayPort: 0,
    }).map((plan) => ({ ...plan, port: ports[plan.name] ?? 0 }));
    const deployment = new Deployment(options, databases, broker, plans);
    await Promise.all(plans.map(({ name, port }) => deployment.run(name, { port })));
    return deployment;
  }

  /** Of the gateway. */
  get url(): string {
    return this.service('gateway').url;
  }

  readonly urlOf: UrlOf = (module) => this.databases[module].url;

  service(name: string): ThaliProcess {
    const service = this.services.get(name);
    if (!service) throw new Error(`there is no service ${name}`);
    return service;
  }

  /** Starts one more instance of a service. @param as its own name. @param more variables of its own. */
  async run(
    name: string,
    { as = name, port, more }: { as?: string; port?: number; more?: Readonly<Record<string, string>> } = {},
  ): Promise<ThaliProcess> {
    const plan = this.plans.find((plan) => plan.name === name);
    const { root, env, logDirectory } = this.options;
    const instance = await ThaliProcess.start({
      root,
      env: { ...env, ...plan?.env, ...more },
      main: plan?.main,
      port,
      logFile: path.join(logDirectory, `${as}.log`),
    });
    this.services.set(as, instance);
    return instance;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.services.values()].map((service) => service.stop()));
    await this.broker.end();
    await Promise.all(modules.map((module) => this.databases[module].end()));
  }
}
