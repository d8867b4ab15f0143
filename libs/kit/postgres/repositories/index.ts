import type { Provider } from '@nestjs/common';
import { getDataSourceToken, getRepositoryToken } from '@nestjs/typeorm';
import type { EntitySchema, ObjectLiteral, Repository } from 'typeorm';
import { Database } from '../database';

/**
 * What `@InjectRepository` of @nestjs/typeorm gives in a module of the kit. It reads only, on connections of its own: outside of every unit
 * of work, so it sees what has been committed and nothing else. PostgreSQL refuses a write through it (25006); what changes data goes
 * through `tx`, so that it commits with the messages that it sends.
 */
export type ReadRepository<Row extends ObjectLiteral> = Pick<
  Repository<Row>,
  | 'find'
  | 'findBy'
  | 'findAndCount'
  | 'findAndCountBy'
  | 'findOne'
  | 'findOneBy'
  | 'findOneOrFail'
  | 'findOneByOrFail'
  | 'count'
  | 'countBy'
  | 'exists'
  | 'existsBy'
  | 'sum'
  | 'average'
  | 'minimum'
  | 'maximum'
  | 'createQueryBuilder'
>;

/**
 * Providers of a repository for each of these tables, and of the DataSource behind them, under the tokens of @nestjs/typeorm. For what is
 * read now and then: lists, settings, what an operator asks for.
 *
 * @example
 * \@Module({ providers: [...repositoriesOf(entities)] })
 *
 * constructor(@InjectRepository(Couriers) private readonly couriers: ReadRepository<RowOf<typeof Couriers>>) {}
 */
export function repositoriesOf(entities: readonly EntitySchema[]): Provider[] {
  const dataSource: Provider = {
    provide: getDataSourceToken(),
    inject: [Database],
    useFactory: (db: Database) => db.openReader(entities),
  };
  const repositories = entities.map((entity): Provider => {
    return {
      provide: getRepositoryToken(entity),
      inject: [Database],
      useFactory: async (db: Database) => (await db.openReader(entities)).getRepository(entity),
    };
  });
  return [dataSource, ...repositories];
}
