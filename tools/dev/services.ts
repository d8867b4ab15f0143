import { databaseOwners, moduleNames } from '@thali/contracts';

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
  // The two share what the one signs its webhooks with, and the other checks.
  const withBank = { THALI_PAYMENT_WEBHOOK_SECRETS: secret };
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
      ...(module === 'payment' && { ...withBank, THALI_PAYMENT_PROVIDER_URL: serviceUrl('bank') }),
    },
  }));
  const bank = {
    name: 'bank',
    main: 'apps/bank/src/main.js',
    port: portOf('bank', gatewayPort),
    env: {
      ...withBank,
      THALI_SECRET: secret,
      THALI_BANK_DATABASE_URL: databaseUrl('bank'),
      THALI_BANK_WEBHOOK_URL: `${serviceUrl('payment')}/payments/webhooks`,
    },
  };
  const urls = moduleNames.map((module) => [`THALI_${module.toUpperCase()}_URL`, serviceUrl(module)]);
  const gateway = {
    name: 'gateway',
    main: 'apps/gateway/src/main.js',
    port: gatewayPort,
    env: Object.fromEntries(urls) as Record<string, string>,
  };
  return [bank, ...services, gateway];
}

export function portOf(module: string, gatewayPort: number): number {
  return gatewayPort + 1 + databaseOwners.findIndex((name) => name === module);
}
