import { Controller, Get, Injectable, Module, Param, Post } from '@nestjs/common';
import { defineCommand, defineEvent, type DataOf } from '@thali/kit/core';
import { CreateEventStore1700000000003, EventStore } from '@thali/kit/event-store';
import { Handles, messagingMigrations, send } from '@thali/kit/messaging';
import { Kit } from '@thali/kit/nest';
import { Database, type Tx } from '@thali/kit/postgres';
import { defineSaga } from '@thali/kit/saga';
import { SagaRunner, sagaMigrations } from '@thali/kit/saga/runner';
import { z } from 'zod';

const OfBook = z.object({ isbn: z.string() });
const byBook = { key: ({ isbn }: { isbn: string }) => isbn };
const PrintSlip = defineCommand('loans.print-slip', 1, OfBook, byBook);
const SlipPrinted = defineEvent('loans.slip-printed', 1, OfBook, byBook);

type LoanEvent = { type: 'Lent' } | { type: 'NotLent' };
const books = new EventStore<number, LoanEvent>({ initial: 0, evolve: (times) => times + 1, snapshotEvery: 100 });

const lendBook = defineSaga<{ isbn: string }, LoanEvent>({
  name: 'loans.lend-book',
  version: 1,
  steps: [
    {
      name: 'print the slip',
      send: PrintSlip,
      done: [SlipPrinted],
      failed: [],
      withinMs: 60_000,
      failureReason: () => 'The printer is out of paper.',
      undo: 'nothing',
    },
  ],
  completed: () => ({ type: 'Lent' }),
  undone: () => ({ type: 'NotLent' }),
  undoWithinMs: 60_000,
});

@Injectable()
class LendBook extends SagaRunner<{ isbn: string }, LoanEvent> {
  constructor() {
    super(lendBook, (tx, isbn) => async (events) => books.append(tx, isbn, await books.load(tx, isbn), events));
  }
}

@Injectable()
class Printer {
  @Handles(PrintSlip, 'loans.print-slip')
  async print({ isbn }: DataOf<typeof PrintSlip>, tx: Tx): Promise<void> {
    send(tx, SlipPrinted({ isbn }));
  }
}

@Controller('loans')
class LoanController {
  constructor(
    private readonly db: Database,
    private readonly saga: LendBook,
  ) {}

  @Post(':isbn')
  lend(@Param('isbn') isbn: string): Promise<void> {
    return this.db.transaction((tx) => this.saga.start(tx, isbn, { isbn }));
  }

  @Get(':isbn')
  async events(@Param('isbn') isbn: string): Promise<string[]> {
    return (await books.history(this.db, isbn)).map(({ type }) => type);
  }
}

const migrations = [...messagingMigrations, ...sagaMigrations, CreateEventStore1700000000003];

@Module({
  imports: [Kit.forModule({ name: 'loans', migrations })],
  controllers: [LoanController],
  providers: [LendBook, Printer],
})
export class LoansModule {}
