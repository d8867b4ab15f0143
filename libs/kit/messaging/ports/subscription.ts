import 'reflect-metadata';
import type { AnyMessageType, DataOf, Message } from '../../core';
import type { Tx } from '../../postgres';
import type { Transport } from './transport';

/** Handles a message in its transaction: all it does through `tx` happens exactly once, or not at all. */
export type Handle<Data = never> = (data: Data, tx: Tx, message: Message<Data>) => Promise<void>;

/**
 * Does what cannot be in a transaction, such as asking a payment provider, and returns what is to be done in one.
 * The outer part may run more than once for a message: give the outside world a stable key.
 */
export type HandleOutside<Data = never> = (data: Data, message: Message<Data>) => Promise<(tx: Tx) => Promise<void>>;

export interface SubscriptionOptions {
  /** Attempts before a message is dead, not counting one that may be made before it is stored; default 8. */
  attempts?: number;
  /** What becomes of later messages of a dead message's key; default `park-key`: they wait, in order, for an operator. */
  whenDead?: 'park-key' | 'skip';
  /** For handlers that go outside: how many at once at most; default 1,000. They wait, so the limit is one of memory. */
  concurrency?: number;
}

/** One named handler of one module. Its name is also that of its queue: renaming it abandons what waits there. */
export interface Subscription extends SubscriptionOptions {
  /** `<module>.<what it does>`, chosen by hand. */
  readonly name: string;
  readonly types: readonly AnyMessageType[];
  readonly handle: { inside: Handle } | { outside: HandleOutside };
  /** Called once, before any message, with what carries the module's messages. */
  readonly connect?: (transport: Transport) => void;
}

/** A provider that brings subscriptions which are not methods, such as a saga or a projection. */
export abstract class Subscriber {
  abstract readonly subscriptions: readonly Subscription[];
}

/** What {@link Handles} or {@link HandlesOutside} says of a method. */
export interface HandlerMetadata {
  readonly name: string;
  readonly types: readonly AnyMessageType[];
  readonly options: SubscriptionOptions;
  readonly outside: boolean;
}

const handles = Symbol('@thali/kit handles');

type DataOfAny<Types> = Types extends readonly AnyMessageType[]
  ? DataOf<Types[number]>
  : Types extends AnyMessageType
    ? DataOf<Types>
    : never;

type Method<F> = <M extends F>(prototype: object, method: string, descriptor: TypedPropertyDescriptor<M>) => void;

/**
 * Subscribes a method: it is called once per message, in order per key, inside one transaction.
 *
 * @param name `<module>.<what it does>`; durable, see {@link Subscription}.
 * @example
 * \@Handles(OpenTicket, 'restaurant.open-ticket')
 * async handle({ orderId, lines }: DataOf<typeof OpenTicket>, tx: Tx): Promise<void> { … }
 */
export function Handles<const Types extends readonly AnyMessageType[] | AnyMessageType>(
  types: Types,
  name: string,
  options: SubscriptionOptions = {},
): Method<Handle<DataOfAny<Types>>> {
  return remember(types, name, options, false);
}

/** As {@link Handles}, for a method that must go outside before its transaction; see {@link HandleOutside}. */
export function HandlesOutside<const Types extends readonly AnyMessageType[] | AnyMessageType>(
  types: Types,
  name: string,
  options: SubscriptionOptions = {},
): Method<HandleOutside<DataOfAny<Types>>> {
  return remember(types, name, options, true);
}

function remember(
  types: AnyMessageType | readonly AnyMessageType[],
  name: string,
  options: SubscriptionOptions,
  outside: boolean,
) {
  return (prototype: object, method: string): void => {
    const own = (Reflect.getOwnMetadata(handles, prototype, method) ?? []) as readonly HandlerMetadata[];
    const list = (Array.isArray(types) ? types : [types]) as readonly AnyMessageType[];
    Reflect.defineMetadata(handles, [...own, { name, types: list, options, outside }], prototype, method);
  };
}

/** What a method subscribes to. A subclass inherits it, also for a method that it overrides without decorating it again. */
export function handlersOf(prototype: object, method: string): readonly HandlerMetadata[] {
  return (Reflect.getMetadata(handles, prototype, method) ?? []) as readonly HandlerMetadata[];
}
