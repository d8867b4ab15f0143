import { Injectable, type Type } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { Subscriber, handlersOf, questionsOf, type Answering, type Handle, type Subscription } from '../messaging';
import { EnhancedHandlers } from './enhanced-handlers';

/** Marks what `Kit.forModule` has made, with the name of its module. */
export class ModuleName {
  constructor(readonly name: string) {}
}

/** A module of the kit, as Nest has built it. */
export interface KitModule {
  readonly name: string;
  /** The Nest modules that import its `Kit.forModule`: as a rule one. */
  readonly modules: readonly Type[];
  /** Their providers. */
  readonly providers: readonly object[];
  readonly subscriptions: readonly Subscription[];
  readonly answers: readonly Answering[];
}

type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];
type NestModule = NonNullable<Wrapper['host']>;

/** Finds message handlers, and what answers questions, by the metadata of their decorators. */
@Injectable()
export class ModuleExplorer {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly handlers: EnhancedHandlers,
  ) {}

  /** @throws {Error} for a handler that would never be called, or without its enhancers. */
  explore(): KitModule[] {
    this.refuseControllers();
    const found = new Map<string, { modules: Set<Type>; providers: Wrapper[] }>();
    for (const { host, instance } of this.discovery.getProviders())
      if (host && instance instanceof ModuleName) found.set(instance.name, { modules: new Set(), providers: [] });
    for (const wrapper of this.discovery.getProviders()) {
      const name = nameOf(wrapper.host);
      const module = name === undefined ? undefined : found.get(name);
      if (module) {
        module.modules.add(wrapper.host?.metatype as Type);
        module.providers.push(wrapper);
      } else if (this.isHandler(wrapper)) {
        throw new Error(`${wrapper.name} handles messages, but its module does not import Kit.forModule`);
      }
    }
    return [...found].map(([name, { modules, providers }]) => ({
      name,
      modules: [...modules],
      ...this.read(providers),
    }));
  }

  private read(wrappers: readonly Wrapper[]): Omit<KitModule, 'name' | 'modules'> {
    for (const wrapper of wrappers) if (this.isHandler(wrapper)) refuseScoped(wrapper);
    const providers = [...new Set(wrappers.flatMap(({ instance }) => (isObject(instance) ? [instance] : [])))];
    return {
      providers,
      subscriptions: providers.flatMap((provider) => this.subscriptionsOf(provider)),
      answers: providers.flatMap((provider) => this.answersOf(provider)),
    };
  }

  private subscriptionsOf(provider: object): Subscription[] {
    const decorated = this.methodsOf(provider).flatMap(([method, call]) =>
      handlersOf(Object.getPrototypeOf(provider) as object, method).map(({ name, types, options, outside }) => {
        const wrapped = this.handlers.wrap(provider, call, method);
        return {
          ...options,
          name,
          types,
          handle: outside ? { outside: wrapped } : { inside: wrapped },
        } as Subscription;
      }),
    );
    const others = provider instanceof Subscriber ? provider.subscriptions : [];
    return [...decorated, ...others.map((subscription) => this.enhanced(provider, subscription))];
  }

  private enhanced(provider: object, subscription: Subscription): Subscription {
    const { name, handle } = subscription;
    if (!('inside' in handle))
      return { ...subscription, handle: { outside: this.handlers.wrap(provider, handle.outside, name) } };
    return { ...subscription, handle: { inside: this.handlers.wrap<Handle>(provider, handle.inside, name) } };
  }

  private answersOf(provider: object): Answering[] {
    return this.methodsOf(provider).flatMap(([method, call]) =>
      questionsOf(Object.getPrototypeOf(provider) as object, method).map((question) => ({
        question,
        answer: this.handlers.wrap(provider, call, method),
      })),
    );
  }

  private methodsOf(provider: object): [name: string, call: (...args: never[]) => Promise<unknown>][] {
    const prototype = Object.getPrototypeOf(provider) as Record<string, (...args: never[]) => Promise<unknown>>;
    return this.scanner.getAllMethodNames(prototype).map((name) => [name, prototype[name]!]);
  }

  private isHandler({ instance, metatype }: Wrapper): boolean {
    const prototype: unknown = isObject(instance) ? Object.getPrototypeOf(instance) : metatype?.prototype;
    if (!isObject(prototype)) return false;
    const handles = (method: string) =>
      handlersOf(prototype, method).length + questionsOf(prototype, method).length > 0;
    return prototype instanceof Subscriber || this.scanner.getAllMethodNames(prototype).some(handles);
  }

  /** In a controller, enhancers would not be found. */
  private refuseControllers(): void {
    for (const wrapper of this.discovery.getControllers())
      if (this.isHandler(wrapper))
        throw new Error(`${wrapper.name} is a controller: a message handler has to be a provider`);
  }
}

/** Of another scope, Nest would leave out guards without a word. */
function refuseScoped(wrapper: Wrapper): void {
  if (!wrapper.isDependencyTreeStatic() || wrapper.isTransient)
    throw new Error(`${wrapper.name} handles messages: it, what it injects, and its guards have to be singletons`);
}

function nameOf(host: NestModule | undefined): string | undefined {
  for (const module of host?.imports ?? []) {
    const marker: unknown = module.providers.get(ModuleName)?.instance;
    if (marker instanceof ModuleName) return marker.name;
  }
  return undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
