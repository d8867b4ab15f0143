import {
  World,
  aNotebook,
  eventually,
  isSettled,
  review,
  speak,
  standing,
  type BusUnderTest,
  type Party,
  type Speech,
} from '@thali/kit/messaging/testing';
import type { Database } from '@thali/kit/postgres';
import { setTimeout as pause } from 'node:timers/promises';
import { PrivatePostgres } from '../../../../tools/dev/private-postgres';
import { describeWithRabbitMq } from '../../../../tools/jest/with-rabbitmq';
import { inProcess, rabbitMq } from './buses';

jest.setTimeout(300_000);

const words = [1, 2, 3, 4, 5];
const people = Array.from({ length: 10 }, (_, n) => `who-${n}`);
/**
 * What a process waits for a statement of the server in trouble; and a standstill that is longer than that, than every lease, and than the
 * five seconds that are waited for a new connection: who begins to connect at its beginning would not notice a shorter one.
 */
const [withinMs, leaseMs, standstillMs] = [1_000, 5_000, 6_500];

/** Between speeches: the standstill shall not leave more behind than can be looked at one by one. */
const breathMs = 100;

/** Ten people who make a speech after the other, at two instances in turn, until they are told to end. */
class Chat {
  private readonly speeches: Speech[] = [];
  private over = false;
  private readonly end: Promise<unknown>;

  constructor(talkers: readonly Database[]) {
    this.end = Promise.all(people.map((who, at) => this.talk(talkers[at % talkers.length]!, who)));
  }

  /** Everybody makes another speech without a fault. */
  async goesOn(): Promise<void> {
    const whole = () => this.speeches.filter((speech) => speech.acknowledged.length === words.length).length;
    const before = whole();
    await eventually(
      async () => whole(),
      (now) => now >= before + 2 * people.length,
      60_000,
    );
  }

  /** @returns what was said. */
  async stop(): Promise<readonly Speech[]> {
    this.over = true;
    await this.end;
    return this.speeches;
  }

  private async talk(talker: Database, who: string): Promise<void> {
    for (let nth = 1; !this.over; nth++) {
      const speech = await speak(talker, `${who}, speech ${nth}`, words);
      this.speeches.push(speech);
      await pause(breathMs);
    }
  }
}

describe('in process, when a database server is in trouble', () => {
  itGoesOn(inProcess);
});

describeWithRabbitMq('RabbitMQ, when a database server is in trouble', () => {
  itGoesOn(rabbitMq);
});

function itGoesOn(bus: BusUnderTest): void {
  it.each<Party>(['talker', 'listener'])(
    "loses, doubles and reorders nothing when the %s's is killed, and when it stands still, and goes on by itself",
    async (party) => {
      const server = await PrivatePostgres.launch({ fsync: 'off' });
      const world = await World.create(bus, 'a database per module', { [party]: server });
      try {
        const instance = () =>
          world.aProcess([aNotebook('listener.note')], { statementWithinMs: { [party]: withinMs }, leaseMs });
        const chat = new Chat([await instance(), await instance()].map(({ talker }) => talker));
        await chat.goesOn();
        await server.kill('SIGQUIT');
        await server.start();
        await chat.goesOn();
        server.signal('SIGSTOP');
        await pause(standstillMs);
        server.signal('SIGCONT');
        await chat.goesOn();
        const speeches = await chat.stop();
        const witness = await world.aWitness();
        await eventually(() => standing(witness, {}), isSettled, 60_000);
        await review(witness, speeches);
        // Whoever speaks to somebody whose database is away does not notice.
        expect(speeches.some(({ acknowledged }) => acknowledged.length < words.length)).toBe(party === 'talker');
      } finally {
        server.signal('SIGCONT');
        await world.close();
        await server.end();
      }
    },
  );
}
