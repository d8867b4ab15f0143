import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { servicesAt, type Service } from '../services';

interface Container {
  image?: string;
  build?: string;
  profiles?: string[];
  command?: string[];
  environment?: Record<string, string>;
}

type Containers = Record<string, Container>;

const root = path.resolve(__dirname, '../../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const compose = (parse(read('docker-compose.yml'), { merge: true }) as { services: Containers }).services;

const local = servicesAt({
  databaseUrl: (module) => `postgresql://thali_${module}@/thali_${module}?host=%2Ftmp`,
  rabbitMqUrl: 'amqp://guest:guest@127.0.0.1:5672',
  serviceUrl: (module) => `http://127.0.0.1/${module}`,
  secret: 'a secret of this machine',
  gatewayPort: 3000,
});

/** What every process has, or needs not have, because of where it runs. */
const ofThePlace = ['PORT', 'THALI_HOST'];

/** Services, hosts, ports and secrets have other names in other places: of a URL, the scheme remains; of a secret, that there is one. */
function comparable(name: string, value: string): string {
  if (/_SECRETS?$/.test(name)) return 'a secret';
  return /^\w+(?=:\/\/)/.exec(value)?.[0] ?? value;
}

type Processes = Record<string, { main: string; env: Record<string, string> }>;

function process(main: string, env: Readonly<Record<string, string>>): Processes[string] {
  const entries = Object.entries(env).filter(([name]) => !ofThePlace.includes(name));
  return { main, env: Object.fromEntries(entries.map(([name, value]) => [name, comparable(name, value)])) };
}

function processesOf(services: readonly Service[]): Processes {
  return Object.fromEntries(services.map(({ name, main, env }) => [name, process(`dist/${main}`, env)]));
}

/** Those of ours that start without a profile. */
function processesIn(containers: Containers): Processes {
  const ours = Object.entries(containers).filter(([, { build, profiles }]) => build && !profiles);
  return Object.fromEntries(
    ours.map(([name, { command, environment = {} }]) => [name, process(String(command?.at(-1)), environment)]),
  );
}

/** Images that are not of Docker's official library, or whose version is left open. */
function findOddImages(images: readonly string[]): string[] {
  return images.filter((image) => !/^[a-z0-9-]+:(?!latest\b)[\w.-]+$/.test(image));
}

describe('docker-compose.yml', () => {
  it('starts the same processes as npm run dev:split, with the same variables', () => {
    expect(processesIn(compose)).toEqual(processesOf(local));
  });

  it.each([
    ['a process is missing', ({ payment: _, ...others }: Containers) => others],
    [
      'a process is another',
      ({ payment, ...others }: Containers) => ({
        ...others,
        payment: { ...payment, command: ['node', 'dist/apps/order/src/main.js'] },
      }),
    ],
    [
      'a variable is missing',
      ({ payment, ...others }: Containers) => ({ ...others, payment: { ...payment, environment: {} } }),
    ],
    [
      'a variable is another',
      ({ order, ...others }: Containers) => ({
        ...others,
        order: { ...order, environment: { ...order?.environment, THALI_SEED: 'false' } },
      }),
    ],
    [
      'a variable is added',
      ({ order, ...others }: Containers) => ({
        ...others,
        order: { ...order, environment: { ...order?.environment, THALI_LEASE_MS: '100' } },
      }),
    ],
    [
      'a URL is of another kind',
      ({ order, ...others }: Containers) => ({
        ...others,
        order: { ...order, environment: { ...order?.environment, THALI_RABBITMQ_URL: 'amqps://rabbitmq' } },
      }),
    ],
  ])('would be noticed to differ when %s', (_, change) => {
    expect(processesIn(change(compose) as Containers)).not.toEqual(processesOf(local));
  });

  it('builds on official images only, each of a stated version', () => {
    const bought = Object.values(compose).flatMap(({ image, build }) => (image && !build ? [image] : []));
    const base = [...read('Dockerfile').matchAll(/^FROM (\S+)/gm)].map(([, image]) => String(image));
    expect([...bought, ...base].length).toBeGreaterThan(2);
    expect(findOddImages([...bought, ...base])).toEqual([]);
  });

  it.each(['postgres', 'postgres:latest', 'postgres:latest-alpine', 'bitnami/rabbitmq:4', 'quay.io/postgres:18'])(
    'would not be let to use %s',
    (image) => {
      expect(findOddImages([image])).toEqual([image]);
    },
  );
});
