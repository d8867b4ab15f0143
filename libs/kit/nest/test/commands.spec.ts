import { inTransaction, transactionOf } from '@thali/kit/nest';
import type { Tx } from '@thali/kit/postgres';

class LendBook {
  constructor(readonly isbn: string) {}
}

const tx = { module: 'library' } as Tx;

it('a command in a transaction carries nothing but its data', () => {
  const command = inTransaction(tx, new LendBook('978-0441013593'));
  expect(JSON.stringify(command)).toBe('{"isbn":"978-0441013593"}');
  expect(transactionOf(command)).toBe(tx);
});

it('a command without a transaction is told from one that has it, though both say the same', () => {
  inTransaction(tx, new LendBook('978-0441013593'));
  expect(() => transactionOf(new LendBook('978-0441013593'))).toThrow('LendBook needs a transaction');
});
