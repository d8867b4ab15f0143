import { isSettled, review, speak, standing, type Speech } from './speech';
import { Cables, type Exchange } from './wire/cables';
import {
  World,
  aNotebook,
  eventually,
  placements,
  type BusUnderTest,
  type Placement,
  type Process,
  type Witness,
} from './world';

/** Lines of lives at once, each in a world of its own: most of a life is waiting. */
const lines = 4;
/** What is said in a life, everybody at once. */
const chat: Readonly<Record<string, readonly number[]>> = { ann: [1, 2], bob: [1] };

/** A process from its first word to its end, in order or not. */
interface Life {
  /** The message that it was not to survive. */
  readonly death: Exchange | undefined;
  readonly died: boolean;
  /** What was on its wires. */
  readonly exchanges: readonly string[];
  readonly speeches: readonly Speech[];
}

/**
 * A process dies at each message that it exchanges with its databases and its broker while it says, carries, hears and
 * handles a few words and then drains: in one life before the first message passes, in another before the second, and so
 * on. Before a question passes, nothing of it has happened; before its answer does, it has, and the process does not
 * know.
 */
export function describeDeaths(bus: BusUnderTest): void {
  afterAll(() => bus.close());

  it.each(placements)(
    `${bus.name}, %s: loses, doubles and reorders nothing, at whichever message on its wires a process dies`,
    async (placement) => {
      const [rehearsal] = await liveInLine(bus, placement, []);
      const deaths = numbered(rehearsal?.exchanges ?? []).filter(({ name, nth }) => nth === 1 || !isRoutine(name));
      const shares = Array.from({ length: lines }, (_, line) => deaths.filter((_, nth) => nth % lines === line));
      const lived = await Promise.allSettled(shares.map((share) => liveInLine(bus, placement, share)));
      const lives = lived.flatMap((line) => {
        if (line.status === 'rejected') throw line.reason;
        return line.value;
      });
      const deadly = lives.flatMap(({ death, died }) => (death && died ? death.name : []));
      expect([...new Set(deadly)]).toEqual(expect.arrayContaining(stepsOf(bus, placement)));
    },
    300_000,
  );
}

/** What goes on whether or not anything is said: to die of the first is enough. */
function isRoutine(name: string): boolean {
  return /leases|instances|due_at|LISTEN/.test(name);
}

/** The steps that a message takes on this road, each as a question and as an answer. */
function stepsOf({ apart }: BusUnderTest, placement: Placement): unknown[] {
  const isDirect = !apart && placement === 'one database';
  const fromInbox = 'listener → delete from inbox, insert into handled';
  const inDatabases = [
    'talker → COMMIT of .*insert into messages',
    // To read the next and to delete what is confirmed is one statement.
    ...(isDirect ? [] : ['talker → delete from outbox']),
    ...(isDirect || apart ? [] : ['listener → COMMIT of insert into inbox']),
    // What the broker hands out for the first time is handled before it is stored.
    apart ? 'listener → insert into handled' : fromInbox,
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
      const process = await world.aProcess([aNotebook('listener.note')], { cables });
      await eventually(() => standing(witness, { after: lives.at(-1)?.death }), isSettled);
      await former?.stop();
      lives.push(await live(process, cables, witness, { death, nth: lives.length }));
      await process.outlive(witness);
      former = process;
    }
    for (const { death, speeches } of lives) await review(witness, speeches, { death });
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
  process.renewLeases();
  const speeches = await Promise.all(
    Object.entries(chat).map(([name, words]) => speak(process.talker, `${name} in life ${nth}`, words)),
  );
  await eventually(
    () => standing(witness, { death }),
    (now) => process.isDead || isSettled(now),
  );
  // The dead are buried later: who has lost only one half goes on with the other.
  if (!process.isDead) await process.stop();
  return { death, died: process.isDead, exchanges: cables.flatMap(({ passed }) => passed), speeches };
}
