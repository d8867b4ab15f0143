import { moduleNames } from '@thali/contracts';

/** A process of the split deployment. docker-compose.yml starts the same ones with the same variables; a test compares them. */
export interface Service {
  name: string;
  /** What it runs, in dist/. */
  main: string;
  /** Where it listens when all of them are on one machine. */
  port: number;
  env: Readonly<Record<string, string>>;
}

export interface Places {
  /** Of a module's own database. */
  databaseUrl: (module: string) => string;
  rabbitMqUrl: string;
  /** Where a module's service answers. */
  serviceUrl: (module: string) => string;
  secret: string;
  /** Of the gateway; the services listen on the ports after it. */
  gatewayPort: number;
}

/** The services and their variables, wherever their parts are. */
export function servicesAt({ databaseUrl, rabbitMqUrl, serviceUrl, secret, gatewayPort }: Places): Service[] {
  const services = moduleNames.map((module) => ({
    name: module,
    main: `apps/${module}/src/main.js`,
    port: portOf(module, gatewayPort),
    env: {
      THALI_TRANSPORT: 'rabbitmq',
      THALI_RABBITMQ_URL: rabbitMqUrl,
      THALI_SECRET: secret,
      THALI_SEED: 'true',
      [`THALI_${module.toUpperCase()}_DATABASE_URL`]: databaseUrl(module),
    },
  }));
  const urls = moduleNames.map((module) => [`THALI_${module.toUpperCase()}_URL`, serviceUrl(module)]);
  const gateway = {
    name: 'gateway',
    main: 'apps/gateway/src/main.js',
    port: gatewayPort,
    env: Object.fromEntries(urls) as Record<string, string>,
  };
  return [...services, gateway];
}

export function portOf(module: string, gatewayPort: number): number {
  return gatewayPort + 1 + moduleNames.findIndex((name) => name === module);
}
