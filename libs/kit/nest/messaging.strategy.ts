import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import { ModuleExplorer } from './module-explorer';
import { Runtime } from './runtime';

/**
 * Moves the messages of the application as a Nest microservice, over whatever transport the settings ask for. Without these two lines
 * messages are stored, and wait:
 *
 * @example
 * app.connectMicroservice({ strategy: app.get(MessagingStrategy) }, { inheritAppConfig: true });
 * await app.startAllMicroservices();
 */
@Injectable()
export class MessagingStrategy
  implements CustomTransportStrategy, OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown
{
  readonly transportId = Symbol('@thali/kit');
  private prepared: Promise<void> | undefined;
  private isListening = false;
  private isBootstrapped = false;

  constructor(
    private readonly runtime: Runtime,
    private readonly explorer: ModuleExplorer,
  ) {}

  /** Finds the handlers, starts the transport and stores the routes: from here on what is sent finds its way. Safe to call twice. */
  prepare(): Promise<void> {
    return (this.prepared ??= Promise.resolve().then(() => this.runtime.prepare(this.explorer.explore())));
  }

  /** Handlers run from here on, but not before every module has been initialised. */
  async listen(callback: (error?: unknown) => void): Promise<void> {
    try {
      await this.prepare();
    } catch (error) {
      return callback(error);
    }
    this.isListening = true;
    this.startWhenReady();
    callback();
  }

  /** Drains: no handler starts any more, those that run finish. */
  close(): Promise<void> {
    return this.runtime.drain();
  }

  /** `@MessagePattern` handlers belong to transports of other microservices. */
  addHandler(): void {}

  /** The kit is the first module to be initialised, so the others may send from their own hooks. */
  onModuleInit(): Promise<void> {
    return this.prepare();
  }

  onApplicationBootstrap(): void {
    this.isBootstrapped = true;
    this.startWhenReady();
  }

  /** The kit is the last module to be shut down, so the others may read and write in their own hooks. */
  onApplicationShutdown(): Promise<void> {
    return this.runtime.stop();
  }

  private startWhenReady(): void {
    if (this.isListening && this.isBootstrapped) this.runtime.start();
  }
}
