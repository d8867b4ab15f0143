import { Module, type DynamicModule } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { DataSourceOptions } from 'typeorm';
import { Database } from '../postgres';
import { Runtime } from './runtime';

interface Service {
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
  static register({ name, migrations }: Service): DynamicModule {
    const database = { provide: Database, inject: [Runtime], useFactory: (runtime: Runtime) => runtime.openDatabase(name, migrations) };
    const host = { provide: ServiceName, useValue: new ServiceName(name) };
    return { module: ServiceModule, providers: [database, host], exports: [Database] };
  }
}

type NestModule = ModulesContainer extends Map<string, infer Value> ? Value : never;

class ServiceName {
  constructor(readonly name: string) {}
}

/** Finds the Thali modules of an application and connects their providers to the bus. */
export function connectServices(container: ModulesContainer, runtime: Runtime): void {
  for (const service of container.values()) {
    const name = service.metatype === ServiceModule ? (service.providers.get(ServiceName)?.instance as ServiceName | undefined) : undefined;
    if (name) runtime.connect(name.name, providersOfImporters(container, service));
  }
}

function providersOfImporters(container: ModulesContainer, service: NestModule): object[] {
  return [...container.values()]
    .filter((module) => module.imports.has(service))
    .flatMap((module) => [...module.providers.values(), ...module.controllers.values()])
    .map(({ instance }) => instance as unknown)
    .filter((instance): instance is object => typeof instance === 'object' && instance !== null);
}
