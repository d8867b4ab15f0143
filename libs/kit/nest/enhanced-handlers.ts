import { Injectable, type ArgumentsHost } from '@nestjs/common';
import { ExternalContextCreator } from '@nestjs/core';
import type { Message } from '../core';

type Call = (...args: never[]) => Promise<unknown>;

const parameters = '@thali/kit parameters';
/** Nest's number for what a pipe sees as `body`. */
const payload = 3;
/** The others are `custom` to a pipe. */
const second = 100;
const third = 101;

/**
 * Wraps message handlers in Nest's enhancers: global ones, those of the class, and those of the method. Nest itself binds message handlers in
 * controllers only; `ExternalContextCreator` does it for any provider.
 *
 * The execution context is an `rpc` one, its arguments are those of the handler: `getData()` is the data, {@link handledMessage} the message.
 * Guards run first, then interceptors around pipes and handler, all within the handler's transaction. Like the handler they may run twice.
 */
@Injectable()
export class EnhancedHandlers {
  constructor(private readonly contexts: ExternalContextCreator) {}

  /**
   * An exception filter may observe a failure, but not turn it into a success: what it returns or throws is ignored, the original error
   * rejects the promise. So the transaction rolls back and the attempt counts, and no filter hides that a database is away.
   *
   * @param callback a method of the instance, or a function that stands for one.
   * @param name of the method.
   */
  wrap<F extends Call>(instance: object, callback: F, name: string): F {
    defineParameters(instance, name);
    const options = { guards: true, interceptors: true, filters: false };
    const call = this.contexts.create(
      instance as Record<string, unknown>,
      callback as unknown as (...args: unknown[]) => unknown,
      name,
      parameters,
      { exchangeKeyForValue },
      undefined,
      undefined,
      options,
      'rpc',
    ) as (...args: unknown[]) => Promise<unknown>;
    const wrapped = async (...args: unknown[]) => {
      try {
        return await call(...args);
      } catch (error) {
        await this.filter(instance, callback, name, args, error);
        throw error;
      }
    };
    return wrapped as unknown as F;
  }

  /** Shows the error to the exception filters. */
  private async filter(instance: object, callback: Call, name: string, args: unknown[], error: unknown): Promise<void> {
    const fail = () => {
      throw error;
    };
    for (const key of Reflect.getMetadataKeys(callback) as unknown[])
      Reflect.defineMetadata(key, Reflect.getMetadata(key, callback), fail);
    const options = { guards: false, interceptors: false, filters: true };
    const filtered = this.contexts.create(
      instance as Record<string, unknown>,
      fail,
      `${name} filtered`,
      undefined,
      undefined,
      undefined,
      undefined,
      options,
      'rpc',
    ) as (...args: unknown[]) => Promise<unknown>;
    await filtered(...args).catch(() => undefined);
  }
}

/** The message that a guard, interceptor or filter is asked about. @returns undefined for a question. */
export function handledMessage(host: ArgumentsHost): Message | undefined {
  return host.getArgs<unknown[]>().findLast((arg): arg is Message => isMessage(arg));
}

function isMessage(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'recordedAt' in value && 'correlationId' in value;
}

/** So that pipes see the parameters. */
function defineParameters(instance: object, name: string): void {
  const all = [payload, second, third].map((type, index) => [`${type}:${index}`, { index, pipes: [] }]);
  Reflect.defineMetadata(parameters, Object.fromEntries(all), instance.constructor, name);
}

function exchangeKeyForValue(type: number, _: unknown, args: unknown[]): unknown {
  return args[type === payload ? 0 : type === second ? 1 : 2];
}
