import { table, typed } from '../postgres';
import type { SagaState } from './decide';

/** Processes over several modules: where each of them stands, and what has become of its steps (in `state.ledger`). */
export const Sagas = table('sagas', {
  columns: {
    name: { type: 'text', primary: true },
    sagaId: { type: 'text', primary: true },
    definitionVersion: { type: 'int' },
    status: { type: 'text' },
    step: { type: 'text', nullable: true },
    alarm: { type: 'text', nullable: true },
    state: { type: typed<SagaState<unknown>>('json') },
    version: { type: 'int', version: true },
    startedAt: { type: 'timestamptz', createDate: true, default: () => 'clock_timestamp()', select: false },
    updatedAt: { type: 'timestamptz', updateDate: true, default: () => 'clock_timestamp()', select: false },
  },
  indices: [{ name: 'sagas_with_alarm', columns: ['name', 'sagaId'], where: 'alarm is not null' }],
});
