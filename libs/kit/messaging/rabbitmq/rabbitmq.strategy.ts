import type { CustomTransportStrategy } from '@nestjs/microservices';

/** What hosts modules on a transport: usually all that moves a process's messages, sometimes a transport alone. */
export interface Service {
  start(): Promise<void>;
  /** Drains. */
  stop(): Promise<void>;
}

/**
 * Runs a service as a Nest microservice: `startAllMicroservices` starts it, and closing the application drains it.
 *
 * @example
 * app.connectMicroservice({ strategy: new RabbitMqStrategy(transport) });
 * await app.startAllMicroservices();
 */
export class RabbitMqStrategy implements CustomTransportStrategy {
  readonly transportId = Symbol('RabbitMQ');

  constructor(private readonly service: Service) {}

  async listen(callback: (error?: unknown) => void): Promise<void> {
    try {
      await this.service.start();
    } catch (error) {
      return callback(error);
    }
    callback();
  }

  close(): Promise<void> {
    return this.service.stop();
  }
}
