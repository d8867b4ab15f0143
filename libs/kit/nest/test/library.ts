import { Controller, Get, Injectable, Module, Post, Put, Req, Res, UseInterceptors } from '@nestjs/common';
import { Kit } from '@thali/kit/nest';
import { createApp, type App } from '@thali/kit/nest/run';
import { DomainError, defineEvent, idOf } from '@thali/kit/core';
import {
  Sheddable,
  Idempotent,
  InBody,
  InPath,
  InQuery,
  InTransaction,
  NeedsIfMatch,
  Returns,
  SeenVersion,
  UnitOfWork,
  etagOf,
  refuseStale,
  tag,
} from '@thali/kit/http';
import { idempotencyMigrations } from '@thali/kit/idempotency';
import { messagingMigrations, send } from '@thali/kit/messaging';
import { Database, StaleVersion, rows, type Tx } from '@thali/kit/postgres';
import { aPlug, aServer, type Plug } from '@thali/kit/postgres/testing';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { z } from 'zod';

const BookId = idOf('bok');
const BookLent = defineEvent('library.book-lent', 1, z.object({ bookId: BookId, to: z.string() }), {
  key: ({ bookId }) => bookId,
});

const NewBook = z.object({
  title: z.string().trim().min(1).max(100),
  authors: z.array(z.object({ name: z.string(), born: z.int().min(1000).optional() })).min(1),
});
const Book = NewBook.extend({ bookId: BookId, version: z.int() }).meta({ id: 'Book' });
type Book = z.infer<typeof Book>;
const Page = z.object({ limit: z.coerce.number().int().min(1).max(50).default(10) });
const Loan = z.object({ to: z.string() });

class CreateBooks1700000000900 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(
      'create table books (book_id text primary key, title text not null, authors json not null, version int not null)',
    );
  }
  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table books');
  }
}

const insert = rows({ bookId: 'text', title: 'text', authors: 'json', version: 'int' }).change(
  (input) => `
  insert into books select "bookId", title, authors, version from ${input}`,
);
const find = rows({ bookId: 'text' }).query<Book>(
  (input) => `
  select i.n, b.book_id as "bookId", title, authors, version from ${input} join books b on b.book_id = i."bookId"`,
);
const rename = rows({ bookId: 'text', title: 'text', version: 'int' }).change(
  (input) => `
  update books b set title = i.title, version = i.version from ${input}
  where b.book_id = i."bookId" and b.version = i.version - 1 returning i.n`,
);

/** Holds back who lends a book, so that a test can look meanwhile. */
@Injectable()
export class Librarian {
  asked: () => void = () => {};
  ready: Promise<void> = Promise.resolve();
}

@Controller('books')
@UseInterceptors(UnitOfWork)
class BookController {
  constructor(
    private readonly db: Database,
    private readonly librarian: Librarian,
  ) {}

  @Post()
  @Returns(201, Book, 'It stands on the shelf.')
  async add(
    @InBody(NewBook) book: z.infer<typeof NewBook>,
    @InTransaction() tx: Tx,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Book> {
    const added = { ...book, bookId: tx.ids.next('bok'), version: 1 };
    await tx.run(insert, added);
    void reply.header('location', `/books/${added.bookId}`).header('etag', etagOf(1));
    return added;
  }

  @Get()
  @Returns(200, z.array(z.string()), 'Titles')
  async titles(@InQuery(Page) { limit }: z.infer<typeof Page>): Promise<string[]> {
    const books = await this.db.read<Book>('select title from books order by title limit $1', [limit]);
    return books.map(({ title }) => title);
  }

  @Get('on-fire')
  burn(): never {
    throw new Error('the password of the vault is 1234');
  }

  @Get(':id')
  @Returns(200, Book, 'The book')
  async show(
    @InPath('id', BookId) bookId: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Book | undefined> {
    const book = await this.db.transaction((tx) => this.find(tx, bookId));
    return tag(request, reply, book.version) ? undefined : book;
  }

  @Put(':id')
  @NeedsIfMatch()
  @Returns(200, Book, 'The book under its new title')
  async rename(
    @InPath('id', BookId) bookId: string,
    @SeenVersion() seen: number,
    @InBody(NewBook.pick({ title: true })) { title }: { title: string },
    @InTransaction() tx: Tx,
  ): Promise<Book> {
    const book = await this.find(tx, bookId);
    refuseStale('library', seen, book.version);
    const renamed = { ...book, title, version: book.version + 1 };
    if (!(await tx.one(rename, renamed))) throw new StaleVersion(bookId);
    return renamed;
  }

  @Post(':id/loans')
  @Sheddable()
  @Idempotent()
  @Returns(202, Loan.extend({ number: z.string() }), 'It is yours for a while.')
  async lend(
    @InPath('id', BookId) bookId: string,
    @InBody(Loan) { to }: z.infer<typeof Loan>,
    @InTransaction() tx: Tx,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    this.librarian.asked();
    await this.librarian.ready;
    if (to === 'nobody') throw new DomainError('library.no-reader', 'conflict', 'Nobody does not read.');
    send(tx, BookLent({ bookId, to }));
    const number = tx.ids.uuid();
    void reply.header('location', `/loans/${number}`);
    return { to, number };
  }

  private async find(tx: Tx, bookId: string): Promise<Book> {
    const book = await tx.one(find, { bookId });
    if (!book) throw new DomainError('library.no-such-book', 'not-found', `There is no book ${bookId}.`);
    return book;
  }
}

const migrations = [...messagingMigrations, ...idempotencyMigrations, CreateBooks1700000000900];

@Module({
  imports: [Kit.forModule({ name: 'library', migrations })],
  controllers: [BookController],
  providers: [Librarian],
})
class LibraryModule {}

/** A small service that has everything which the kit brings, and nothing else. */
export class Library {
  private constructor(
    readonly app: App,
    readonly plug: Plug,
    private readonly drop: () => Promise<void>,
  ) {}

  /** @param env what differs from the ordinary. */
  static async open(env: Readonly<Record<string, string>> = {}): Promise<Library> {
    const server = await aServer();
    const plug = await aPlug(server.url);
    const ordinary = {
      PORT: '0',
      LIBRARY_DATABASE_URL: plug.url,
      LIBRARY_SECRET: 'a secret of the library',
      LIBRARY_LOG_LEVEL: 'silent',
    };
    const about = { title: 'Library', version: '1', description: 'Books', tags: [] };
    const app = await createApp({
      name: 'library',
      modules: { library: LibraryModule },
      env: { ...ordinary, ...env },
      docs: { api: about },
    });
    await app.start();
    return new Library(app, plug, server.drop);
  }

  get db(): Database {
    return this.app.nest.get(Database, { strict: false });
  }

  get librarian(): Librarian {
    return this.app.nest.get(Librarian, { strict: false });
  }

  async ask(
    method: 'GET' | 'POST' | 'PUT',
    url: string,
    { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const payload = typeof body === 'string' ? body : body === undefined ? undefined : JSON.stringify(body);
    const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    const answer = await this.app.nest.inject({
      method,
      url,
      headers: { ...type, ...headers },
      ...(payload === undefined ? {} : { payload }),
    });
    const text = answer.body;
    return {
      status: answer.statusCode,
      headers: answer.headers,
      text,
      body: text.startsWith('{') || text.startsWith('[') ? (JSON.parse(text) as Answer['body']) : {},
    };
  }

  async addBook(title = 'Emil and the Detectives'): Promise<string> {
    const { body } = await this.ask('POST', '/books', { body: { title, authors: [{ name: 'Erich Kästner' }] } });
    return String(body.bookId);
  }

  async close(): Promise<void> {
    this.plug.putBack();
    await this.app.stop();
    await this.plug.close();
    await this.drop();
  }
}

export interface Answer {
  status: number;
  headers: Record<string, unknown>;
  text: string;
  body: Record<string, unknown>;
}
