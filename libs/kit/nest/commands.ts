import type { Tx } from '../postgres';

const transactions = new WeakMap<object, Tx>();

/**
 * Lets a command of `@nestjs/cqrs` run in a transaction. Commands carry data; their handler gets the transaction by {@link transactionOf}.
 *
 * The bus hands a handler nothing but the command, so the transaction cannot be a parameter. It is no field of the command either: a command
 * is what a caller wants, and has to mean the same when it is logged, compared or sent. And it is not ambient: `AsyncLocalStorage` would find
 * a transaction also where a caller has opened another one by mistake, and on Node 20 it slows down every promise of the process.
 *
 * @example await commands.execute(inTransaction(tx, new PlaceOrder(input)));
 */
export function inTransaction<Command extends object>(tx: Tx, command: Command): Command {
  transactions.set(command, tx);
  return command;
}

/** The transaction that a command runs in. @throws {Error} when its caller gave it none. */
export function transactionOf(command: object): Tx {
  const tx = transactions.get(command);
  if (!tx) throw new Error(`${command.constructor.name} needs a transaction: execute(inTransaction(tx, command))`);
  return tx;
}
