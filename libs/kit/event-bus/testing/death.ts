import { send } from '../../outbox';
import type { Database } from '../../postgres';
import { Cables, type Exchange } from './wire/cables';
import {
  Said,
  World,
  aNotebook,
  eventually,
  wordsOf,
  type BusUnderTest,
  type Party,
  type Placement,
  type Process,
} from './world';

const leaseMs = 300;
/** Lines of lives at once, each in a world of its own: most of a life is waiting for the leases of the dead. */
const lines = 4;
/** What is said in a life, everybody at once. */
const chat: Readonly<Record<string, readonly number[]>> = { ann: [1, 2], bob: [1] };

type Witness = Record<Party, Database>;

/** A process from its first word to its end, in order or not. */
interface Life {
  /** The message that it was not to survive. */
  readonly death: Exchange | undefined;
  readonly died: boolean;
  /** What was on its wires. */
  readonly exchanges: readonly string[];
  readonly speeches: readonly Speech[];
}

interface Speech {
  readonly who: string;
  readonly words: readonly number[];
  /** The words that were seen to commit. */
  readonly acknowledged: number[];
}

/**
 * A process dies at each message that it exchanges with its databases and its broker while it says, carries, hears and
 * handles a few words and then drains: in one life before the first message passes, in another before the second, and so
 * on. Before a question passes, nothing of it has happened; before its answer does, it has, and the process does not
 * know.
 */
export function itSurvivesDeath(bus: BusUnderTest, placement: Placement): void {
  it('loses, doubles and reorders nothing, at whichever message on its wires a process dies', async () => {
    const [rehearsal] = await liveInLine(bus, placement, []);
    const deaths = numbered(rehearsal?.exchanges ?? []);
    const shares = Array.from({ length: lines }, (_, line) => deaths.filter((_, nth) => nth % lines === line));
    const lived = await Promise.allSettled(shares.map((share) => liveInLine(bus, placement, share)));
    const lives = lived.flatMap((line) => {
      if (line.status === 'rejected') throw line.reason;
      return line.value;
    });
    const deadly = lives.flatMap(({ death, died }) => (death && died ? death.name : []));
    expect([...new Set(deadly)]).toEqual(expect.arrayContaining(stepsOf(bus, placement)));
  }, 120_000);
}

/** The steps that a message takes on this road, each as a question and as an answer. */
function stepsOf({ apart }: BusUnderTest, placement: Placement): unknown[] {
  const isDirect = !apart && placement === 'one database';
  const inDatabases = [
    'talker → COMMIT of .*insert into messages',
    ...(isDirect
      ? []
      : ['talker → select from outbox', 'listener → COMMIT of insert into inbox', 'talker → delete from outbox']),
    'listener → select from inbox',
    'listener → delete from inbox, insert into handled',
    'listener → COMMIT of insert into notebook',
  ].flatMap((question) => [question, question.replace('→', '←')]);
  const overTheBroker = ['talker → publish', 'talker ← ack', 'listener ← deliver', 'listener → ack'];
  return [...inDatabases, ...(apart ? overTheBroker : [])].map((step) => expect.stringMatching(step) as unknown);
}

/** Each exchange with how often there has been one of its name, this one included. */
function numbered(names: readonly string[]): Exchange[] {
  return names.map((name, at) => ({ name, nth: names.slice(0, at + 1).filter((other) => other === name).length }));
}

/** A life for each death, and one without. @throws when anything was lost, doubled or reordered in any of them. */
async function liveInLine(bus: BusUnderTest, placement: Placement, deaths: readonly Exchange[]): Promise<Life[]> {
  const world = await World.create(bus, placement);
  try {
    const witness = await world.aWitness();
    const lives: Life[] = [];
    let former: Process | undefined;
    for (const death of [...deaths, undefined]) {
      const cables = bus.apart ? [new Cables(), new Cables()] : [new Cables()];
      const process = await world.aProcess([aNotebook('listener.note')], { leaseMs, cables });
      await eventually(() => standing(witness, lives.at(-1)?.death), isSettled);
      await former?.stop();
      lives.push(await live(process, cables, witness, { death, nth: lives.length }));
      former = process;
    }
    for (const life of lives) await review(life, witness);
    return lives;
  } finally {
    await world.close();
  }
}

async function live(
  process: Process,
  cables: readonly Cables[],
  witness: Witness,
  { death, nth }: { death: Exchange | undefined; nth: number },
): Promise<Life> {
  for (const each of cables) each.cutBefore(death);
  const speeches = await Promise.all(
    Object.entries(chat).map(([name, words]) => speak(process.talker, `${name} in life ${nth}`, words)),
  );
  await eventually(
    () => standing(witness, death),
    (now) => process.isDead || isSettled(now),
  );
  // The dead are buried later: who has lost only one half goes on with the other.
  if (!process.isDead) await process.stop();
  return { death, died: process.isDead, exchanges: cables.flatMap(({ passed }) => passed), speeches };
}

/** One word after another, until one is refused. */
async function speak(talker: Database, who: string, words: readonly number[]): Promise<Speech> {
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

/** How far the words are, and after which death. */
async function standing({ talker, listener }: Witness, death: Exchange | undefined) {
  const [sent] = await talker.read<{ said: number; outbox: number }>(
    'select (select count(*) from messages) as said, (select count(*) from outbox) as outbox',
  );
  const [received] = await listener.read<{ written: number; inbox: number }>(
    'select (select count(*) from notebook) as written, (select count(*) from inbox) as inbox',
  );
  return { death, said: 0, outbox: 0, written: 0, inbox: 0, ...sent, ...received };
}

/** Whether everything that was said is written down. */
function isSettled({ said, outbox, written, inbox }: Awaited<ReturnType<typeof standing>>): boolean {
  return outbox === 0 && inbox === 0 && written >= said;
}

/** What was committed was heard, once and in order; and what was acknowledged was committed. */
async function review({ death, speeches }: Life, witness: Witness): Promise<void> {
  for (const { who, words, acknowledged } of speeches) {
    const said = await witness.talker.read<{ n: number }>(
      `select (data->>'n')::int as n from messages where key = $1 order by key_version`,
      [who],
    );
    const committed = said.map(({ n }) => n);
    const heard = await wordsOf(witness.listener, 'listener.note', who);
    expect({ death, heard }).toEqual({ death, heard: words.slice(0, committed.length) });
    expect({ death, heard }).toEqual({ death, heard: committed });
    expect({ death, committed }).toEqual({ death, committed: expect.arrayContaining(acknowledged) as number[] });
  }
}
