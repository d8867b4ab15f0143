import { send } from '../outbox/send';
import type { Database } from '../../postgres';
import { Said, wordsOf, type Witness } from './world';

/** What somebody says, one word after another. */
export interface Speech {
  readonly who: string;
  readonly words: readonly number[];
  /** The words that were seen to commit. */
  readonly acknowledged: number[];
}

/** One word after another, until one is refused. */
export async function speak(talker: Database, who: string, words: readonly number[]): Promise<Speech> {
  const acknowledged: number[] = [];
  try {
    for (const n of words) {
      await talker.transaction(async (tx) => send(tx, Said({ who, n })));
      acknowledged.push(n);
    }
  } catch {
    // Whether that one was said, the speaker does not know.
  }
  return { who, words, acknowledged };
}

/** How far the words are. @param told is part of the answer, for whoever reads why it was not the right one. */
export async function standing<Told extends object>({ talker, listener }: Witness, told: Told) {
  const [sent] = await talker.read<{ said: number; outbox: number }>(
    'select (select count(*) from messages) as said, (select count(*) from outbox) as outbox',
  );
  const [received] = await listener.read<{ written: number; inbox: number }>(
    'select (select count(*) from notebook) as written, (select count(*) from inbox) as inbox',
  );
  return { ...told, said: 0, outbox: 0, written: 0, inbox: 0, ...sent, ...received };
}

/** Whether everything that was said is written down. */
export function isSettled(now: { said: number; outbox: number; written: number; inbox: number }): boolean {
  return now.outbox === 0 && now.inbox === 0 && now.written >= now.said;
}

/** @throws unless what was committed was heard, once and in order, and what was acknowledged was committed. */
export async function review(witness: Witness, speeches: readonly Speech[], told: object = {}): Promise<void> {
  for (const { who, words, acknowledged } of speeches) {
    const said = await witness.talker.read<{ n: number }>(
      `select (data->>'n')::int as n from messages where key = $1 order by key_version`,
      [who],
    );
    const committed = said.map(({ n }) => n);
    const heard = await wordsOf(witness.listener, 'listener.note', who);
    expect({ ...told, heard }).toEqual({ ...told, heard: words.slice(0, committed.length) });
    expect({ ...told, heard }).toEqual({ ...told, heard: committed });
    expect({ ...told, committed }).toEqual({ ...told, committed: expect.arrayContaining(acknowledged) as number[] });
  }
}
