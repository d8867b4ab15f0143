import { Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import type { DataSourceOptions } from 'typeorm';
import { Log } from '../core';
import { Questions } from '../messaging';
import { Database } from '../postgres';
import { Readiness, createLog } from '../telemetry';
import { EnhancedHandlers } from './enhanced-handlers';
import { MessagingStrategy } from './messaging.strategy';
import { ModuleExplorer, ModuleName } from './module-explorer';
import { openBus, type Listeners } from './open-bus';
import { Runtime } from './runtime';
import { Seal, secretIn } from './seal';
import { readSettings, type Settings } from './settings';
import { checkNames, type Environment } from './variables';

export interface KitOptions {
  /** Of the product: also the prefix of its variables, in capitals. */
  name: string;
  /** Where the variables are; default `process.env`. */
  env?: Environment;
  /** Every module of the product, with the messages that it wants of the others; needed where modules run in several processes. */
  listeners?: Listeners;
  /** Keys whose values never reach a log line, besides passwords and tokens. See `createLog`. */
  redact?: readonly string[];
}

interface ModuleOptions {
  /** Of its schema and its role, and the first word of its messages. */
  name: string;
  migrations: DataSourceOptions['migrations'];
}

/**
 * Brings durable messages into a Nest application, on any HTTP platform or none. `forRoot` stands in the root module, `forModule` in each
 * module that has a database of its own; {@link MessagingStrategy} moves the messages.
 *
 * @example
 * \@Module({ imports: [Kit.forRoot({ name: 'library' }), LoansModule] })
 * export class AppModule {}
 *
 * \@Module({ imports: [Kit.forModule({ name: 'loans', migrations })], providers: [Librarian] })
 * export class LoansModule {}
 */
@Module({})
export class Kit {
  /** What every module may inject: `Questions`, `Log`, `Seal`, `Readiness`, `Runtime` with the settings. @throws {Misconfigured} */
  static forRoot(options: KitOptions): DynamicModule {
    const { name, env = process.env } = options;
    return rootModule({ useFactory: () => openRuntime(options, readSettings(env, name.toUpperCase())) });
  }

  /** Gives a Nest module its own `Database`, and connects the handlers among its providers. */
  static forModule({ name, migrations }: ModuleOptions): DynamicModule {
    const database = {
      provide: Database,
      inject: [Runtime],
      useFactory: (runtime: Runtime) => runtime.openDatabase(name, migrations),
    };
    const marker = { provide: ModuleName, useValue: new ModuleName(name) };
    return { module: KitFeature, providers: [database, marker], exports: [Database] };
  }
}

@Module({})
class KitFeature {}

/**
 * Opens nothing yet: databases open with their modules, the transport when all modules are there.
 * @throws {Error} when a variable is misspelt.
 */
export function openRuntime(
  { name, env = process.env, listeners = {}, redact }: KitOptions,
  settings: Settings,
): Runtime {
  const log = createLog(name, settings.logLevel, redact);
  const whole = Object.keys(listeners);
  checkNames(
    env,
    settings.prefix,
    whole.every((module) => settings.modules.includes(module)),
    log,
  );
  const { transport, questions } = openBus(settings, listeners, log);
  return new Runtime({ settings, env, log, transport, questions, whole });
}

/** @param runtime how to make it, or where it is. */
export function rootModule(runtime: Pick<FactoryProvider<Runtime>, 'useFactory'>): DynamicModule {
  const from = <T>(provide: FactoryProvider['provide'], useFactory: (runtime: Runtime) => T) => ({
    provide,
    inject: [Runtime],
    useFactory,
  });
  const shared = [
    { provide: Runtime, ...runtime },
    { provide: Readiness, useExisting: Runtime },
    from(Questions, ({ questions }) => questions),
    from(Log, ({ log }) => log),
    from(Seal, ({ settings: { secret, dataDirectory } }) => new Seal(() => secret ?? secretIn(dataDirectory))),
    MessagingStrategy,
  ];
  return {
    module: KitRoot,
    global: true,
    imports: [DiscoveryModule],
    providers: [...shared, ModuleExplorer, EnhancedHandlers],
    exports: [...shared.map((provider) => ('provide' in provider ? provider.provide : provider)), ModuleExplorer],
  };
}

@Module({})
class KitRoot {}
