// An application that has nothing to do with food, and nothing of this repository but the package @thali/kit.
import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { Kit } from '@thali/kit/nest';
import { createApp } from '@thali/kit/nest/run';
import { defineEvent, type DataOf } from '@thali/kit/core';
import { Handles, messagingMigrations, send } from '@thali/kit/messaging';
import { Database, rows, type Tx } from '@thali/kit/postgres';
import { once } from 'node:events';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { z } from 'zod';

const BookLent = defineEvent('library.book-lent', 1, z.object({ isbn: z.string() }), { key: ({ isbn }) => isbn });

class CreateLoans1800000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table loans (isbn text not null)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table loans');
  }
}

const insertLoan = rows({ isbn: 'text' }).change((input) => `insert into loans select isbn from ${input}`);

@Injectable()
class Librarian {
  @Handles(BookLent, 'library.note-loan')
  async noteLoan({ isbn }: DataOf<typeof BookLent>, tx: Tx): Promise<void> {
    await tx.run(insertLoan, { isbn });
    tx.signal('loan noted');
  }
}

const migrations = [...messagingMigrations, CreateLoans1800000000000];

@Module({ imports: [Kit.forModule({ name: 'library', migrations })], providers: [Librarian] })
class LibraryModule {}

/** Runs the application while the work is done, from start to stop. */
async function whileItRuns(work: (db: Database) => Promise<void>): Promise<void> {
  const app = await createApp({ name: 'library', modules: { library: LibraryModule }, env: { PORT: '0' } });
  await app.start();
  await work(app.nest.get(Database, { strict: false }));
  await app.stop();
}

async function main(): Promise<void> {
  await whileItRuns(async (db) => {
    const refused = db.transaction(async (tx) => {
      send(tx, BookLent({ isbn: 'refused' }));
      throw new Error('the book is not ours');
    });
    await refused.catch(() => undefined);
    const noted = once(db, 'loan noted');
    await db.transaction(async (tx) => send(tx, BookLent({ isbn: 'lent' })));
    await noted;
  });
  // Whatever was left undone, or would be done again, is done now.
  await whileItRuns(async (db) => {
    const loans = await db.read<{ isbn: string }>('select isbn from loans');
    console.log(JSON.stringify(loans.map(({ isbn }) => isbn)));
  });
}

void main();
