import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { messageOf } from '../../libs/kit/core';
import { hasDocker } from '../dev/docker-rabbitmq';
import { installRabbitMq } from '../dev/install-rabbitmq';
import { locatePrograms } from '../dev/private-rabbitmq';
import { answersAtUsualPlace, findRabbitMq, type RabbitMq } from '../dev/rabbitmq';

/** What this machine has: RabbitMQ itself, only a broker that somebody else runs (or Docker does), or neither. */
type Supply = 'installed' | 'a broker' | 'none';

/** Finds out what there is. In CI no test may be skipped: what is missing is installed. @throws {Error} when it cannot be. */
export async function supplyRabbitMq(): Promise<Supply> {
  if (locatePrograms()) return 'installed';
  if (process.env.CI === 'true') {
    installRabbitMq();
    return 'installed';
  }
  return process.env.THALI_RABBITMQ_URL || (await answersAtUsualPlace()) || (await hasDocker()) ? 'a broker' : 'none';
}

/** The one broker of a test run: started when the first suite asks for it, and shared by all that do not stop it. */
export class SharedRabbitMq {
  private broker: Promise<RabbitMq> | undefined;

  private constructor(private readonly door: Server) {}

  static async offer(): Promise<SharedRabbitMq> {
    const door = createServer();
    const shared = new SharedRabbitMq(door);
    door.on('request', (_, response) => {
      shared.broker ??= findRabbitMq();
      shared.broker.then(
        ({ url }) => response.end(url),
        (error: unknown) => response.writeHead(503).end(messageOf(error)),
      );
    });
    await once(door.listen(0, '127.0.0.1'), 'listening');
    return shared;
  }

  /** Where suites ask for the broker's URL. */
  get askAt(): string {
    return `http://127.0.0.1:${(this.door.address() as AddressInfo).port}`;
  }

  async end(): Promise<void> {
    this.door.closeAllConnections();
    this.door.close();
    await (await this.broker?.catch(() => undefined))?.stop();
  }
}
