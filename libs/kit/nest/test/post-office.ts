import {
  Injectable,
  Module,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  Catch,
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type NestInterceptor,
  type OnModuleInit,
  type PipeTransform,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { defineEvent, defineQuestion, type DataOf } from '@thali/kit/core';
import { Answers, Handles, messagingMigrations, send } from '@thali/kit/messaging';
import { Kit, MessagingStrategy, handledMessage } from '@thali/kit/nest';
import { Database, rows, type Tx } from '@thali/kit/postgres';
import { tap, type Observable } from 'rxjs';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { z } from 'zod';

export const Posted = defineEvent('desk.posted', 1, z.object({ to: z.string() }), { key: ({ to }) => to });
export const LastLetter = defineQuestion('post.last-letter', {
  ask: z.object({}),
  answer: z.object({ to: z.string() }),
});

class CreateLetters1800000000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query('create table letters (recipient text not null)');
  }
  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table letters');
  }
}

const insertLetter = rows({ to: 'text' }).change(
  (input) => `insert into letters (recipient) select i.to from ${input}`,
);

/** What the enhancers have seen, and what the module has been through. */
@Injectable()
export class Diary {
  readonly entries: string[] = [];
  /** The handler waits for it when it writes to Zoe. */
  goOn: Promise<void> = Promise.resolve();
}

@Injectable()
class RefuseGhosts implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToRpc().getData<{ to: string }>().to !== 'a ghost';
  }
}

@Injectable()
class NoteDown implements NestInterceptor {
  constructor(private readonly diary: Diary) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const note = (when: string) =>
      this.diary.entries.push(`${when} ${context.getHandler().name} of ${handledMessage(context)?.type}`);
    note('before');
    return next.handle().pipe(tap(() => note('after')));
  }
}

class Capitalise implements PipeTransform {
  transform(data: { to: string }, { type }: { type: string }): object {
    return type === 'body' ? { to: data.to.toUpperCase() } : data;
  }
}

@Catch()
@Injectable()
class Swallow implements ExceptionFilter {
  constructor(private readonly diary: Diary) {}

  catch(error: Error, host: ArgumentsHost): string {
    this.diary.entries.push(`swallowed "${error.message}" in ${host.getType()}`);
    return 'all is well';
  }
}

@Injectable()
@UseGuards(RefuseGhosts)
@UseInterceptors(NoteDown)
@UseFilters(Swallow)
class PostRoom implements OnModuleInit {
  constructor(
    readonly diary: Diary,
    private readonly db: Database,
  ) {}

  async onModuleInit(): Promise<void> {
    // Long enough for a message that waits to be handled, if it were not to wait for this.
    for (let n = 0; n < 200; n++) await this.db.read('select 1');
    this.diary.entries.push('initialised');
  }

  @Handles(Posted, 'post.write-letter', { attempts: 1, whenDead: 'skip' })
  @UsePipes(new Capitalise())
  async writeLetter({ to }: DataOf<typeof Posted>, tx: Tx): Promise<void> {
    await tx.run(insertLetter, { to });
    if (to === 'ZOE') await this.diary.goOn;
    if (to === 'A THIEF') throw new Error('we do not write to thieves');
  }

  @Answers(LastLetter)
  async lastLetter(): Promise<{ to: string }> {
    return { to: this.diary.entries.at(-1) ?? 'nobody' };
  }
}

/** Inherits what it handles and answers, and overrides one of the two. */
@Injectable()
export class NightShift extends PostRoom {
  override async writeLetter(data: DataOf<typeof Posted>, tx: Tx): Promise<void> {
    await super.writeLetter({ to: `${data.to} (by night)` }, tx);
  }
}

/** A Nest module that provides one class of handlers. */
function aPostModule(handlers: Type): Type {
  const migrations = [...messagingMigrations, CreateLetters1800000000000];
  @Module({ imports: [Kit.forModule({ name: 'post', migrations })], providers: [Diary, handlers] })
  class PostModule {}
  return PostModule;
}

/** A Nest module that sends. */
function aDeskModule(): Type {
  @Module({ imports: [Kit.forModule({ name: 'desk', migrations: messagingMigrations })] })
  class DeskModule {}
  return DeskModule;
}

const listeners = { desk: [], post: [Posted] };

/** One Nest application with its own bootstrap, as the documentation describes it. It has not started. */
export async function anApp(env: Record<string, string>, ...imports: Type[]): Promise<NestFastifyApplication> {
  const all = { OFFICE_LOG_LEVEL: 'silent', ...env };
  @Module({ imports: [Kit.forRoot({ name: 'office', env: all, listeners }), ...imports] })
  class AppModule {}
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), {
    logger: false,
    abortOnError: false,
  });
  app.connectMicroservice({ strategy: app.get(MessagingStrategy) }, { inheritAppConfig: true });
  return app;
}

/** A desk that posts, and a post room that writes letters: in one application, or in two with a broker between them. */
export class PostOffice {
  private constructor(
    readonly desk: NestFastifyApplication,
    readonly post: NestFastifyApplication,
  ) {}

  /** @param brokerUrl undefined for the in-process transport. @param configure is called before anything starts. */
  static async open(
    databaseUrl: string,
    { brokerUrl, handlers = PostRoom, configure = () => {}, isListening = true }: OfficeOptions = {},
  ): Promise<PostOffice> {
    const env = { OFFICE_DATABASE_URL: databaseUrl };
    const overWire = { ...env, OFFICE_TRANSPORT: 'rabbitmq', OFFICE_RABBITMQ_URL: brokerUrl ?? '' };
    const post = brokerUrl
      ? await anApp(overWire, aPostModule(handlers))
      : await anApp(env, aDeskModule(), aPostModule(handlers));
    const desk = brokerUrl ? await anApp(overWire, aDeskModule()) : post;
    configure(post);
    for (const app of new Set([post, desk])) {
      if (isListening) await app.startAllMicroservices();
      await app.init();
    }
    return new PostOffice(desk, post);
  }

  get diary(): Diary {
    return this.post.get(Diary, { strict: false });
  }

  /** The database of the post room. */
  get db(): Database {
    return databaseOf(this.post, 'post');
  }

  async send(to: string): Promise<void> {
    await databaseOf(this.desk, 'desk').transaction(async (tx) => send(tx, Posted({ to })));
  }

  async letters(): Promise<string[]> {
    const rows = await this.db.read<{ to: string }>('select recipient as "to" from letters');
    return rows.map(({ to }) => to);
  }

  async close(): Promise<void> {
    for (const app of new Set([this.desk, this.post])) await app.close();
  }
}

interface OfficeOptions {
  brokerUrl?: string | undefined;
  handlers?: Type;
  configure?: (app: NestFastifyApplication) => void;
  /** Whether the strategy is started. */
  isListening?: boolean;
}

function databaseOf(app: NestFastifyApplication, module: string): Database {
  const all = app.get(Database, { strict: false, each: true }) as unknown as Database[];
  const found = all.find((db) => db.module === module);
  if (!found) throw new Error(`no database of ${module} among ${all.length}`);
  return found;
}
