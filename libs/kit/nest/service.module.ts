import { Module, type DynamicModule, type INestApplicationContext, type Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { DataSourceOptions } from 'typeorm';
import { Database } from '../postgres';
import { Runtime } from './runtime';

interface Registration {
  /** The module's name: of its schema, its role, and the first word of its messages. */
  name: string;
  migrations: DataSourceOptions['migrations'];
}

/**
 * Makes a Nest module a Thali module: gives it its own `Database`, and connects every provider with `@Handles`, `@HandlesOutside` or
 * `@Answers` methods (and every `Subscriber`) to the bus.
 *
 * @example
 * \@Module({ imports: [ServiceModule.register({ name: 'restaurant', migrations })], providers: [OpenTicketHandler] })
 * export class RestaurantModule {}
 */
@Module({})
export class ServiceModule {
  static register({ name, migrations }: Registration): DynamicModule {
    const database = {
      provide: Database,
      inject: [Runtime],
      useFactory: (runtime: Runtime) => runtime.openDatabase(name, migrations),
    };
    const host = { provide: ServiceName, useValue: new ServiceName(name) };
    return { module: ServiceModule, providers: [database, host], exports: [Database] };
  }
}

type NestModule = ModulesContainer extends Map<string, infer Value> ? Value : never;

class ServiceName {
  constructor(readonly name: string) {}
}

/** A Thali module as Nest has built it. */
export interface Service {
  readonly name: string;
  /** The Nest modules that registered it: as a rule one. */
  readonly modules: readonly Type[];
  /** Their providers and controllers. */
  readonly providers: readonly object[];
}

/** The Thali modules of an application. */
export function servicesOf(nest: INestApplicationContext): Service[] {
  const all = [...nest.get(ModulesContainer).values()];
  return all.flatMap((service) => {
    const name =
      service.metatype === ServiceModule
        ? (service.providers.get(ServiceName)?.instance as ServiceName | undefined)
        : undefined;
    const importers = all.filter((module) => module.imports.has(service));
    return name
      ? [
          {
            name: name.name,
            modules: importers.map(({ metatype }) => metatype as Type),
            providers: importers.flatMap(providersOf),
          },
        ]
      : [];
  });
}

function providersOf({ providers, controllers }: NestModule): object[] {
  return [...providers.values(), ...controllers.values()]
    .map(({ instance }) => instance as unknown)
    .filter((instance): instance is object => typeof instance === 'object' && instance !== null);
}
