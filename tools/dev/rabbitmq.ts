import { answersAt } from './answers-at';
import { hasDocker, launchInDocker } from './docker-rabbitmq';
import { canInstallRabbitMq, installRabbitMq } from './install-rabbitmq';
import { PrivateRabbitMq, locatePrograms } from './private-rabbitmq';

const usual = 'amqp://guest:guest@127.0.0.1:5672';

/** A broker to develop and test with. */
export interface RabbitMq {
  /** `amqp://user:password@host:port` */
  readonly url: string;
  /** Ends it, if it was started for us. */
  stop(): Promise<void>;
}

/**
 * Finds a broker, or starts one: the one that `THALI_RABBITMQ_URL` names, the one that listens at the usual place, an
 * installed one on free ports, Debian's package, a container.
 *
 * @param directory where one that is started for us keeps its data; without it they are gone when it stops.
 * @throws {Error} one sentence that says what to do, when there is none and none can be had.
 */
export async function findRabbitMq({ directory }: { directory?: string } = {}): Promise<RabbitMq> {
  const given = process.env.THALI_RABBITMQ_URL ?? ((await answersAtUsualPlace()) ? usual : undefined);
  if (given) return { url: given, stop: async () => {} };
  if (canLaunchRabbitMq()) {
    const broker = await launchRabbitMq({ directory });
    return { url: broker.url, stop: () => broker.end() };
  }
  if (await hasDocker()) return launchInDocker({ directory });
  throw new Error('There is no RabbitMQ here: set THALI_RABBITMQ_URL, install rabbitmq-server, or start Docker.');
}

/** Whether a broker listens where they do by default. */
export function answersAtUsualPlace(): Promise<boolean> {
  return answersAt(usual);
}

/** Whether there can be a broker of our own, which we may stop and start: RabbitMQ is installed or can be. */
export function canLaunchRabbitMq(): boolean {
  return locatePrograms() !== undefined || canInstallRabbitMq();
}

/** Starts a broker of our own. @throws {Error} when it does not start. */
export async function launchRabbitMq(options: { directory?: string } = {}): Promise<PrivateRabbitMq> {
  if (!locatePrograms()) {
    process.stderr.write('Installing rabbitmq-server (once; about half a minute) …\n');
    installRabbitMq();
  }
  return PrivateRabbitMq.launch(options);
}
