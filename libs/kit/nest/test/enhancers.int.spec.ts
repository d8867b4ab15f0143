import { Questions, deadLetters } from '@thali/kit/messaging';
import { eventually } from '@thali/kit/messaging/testing';
import { aServer, type TestServer } from '@thali/kit/postgres/testing';
import { findRabbitMq, type RabbitMq } from '../../../../tools/dev/rabbitmq';
import { LastLetter, NightShift, PostOffice } from './post-office';

jest.setTimeout(60_000);

let broker: RabbitMq;
let server: TestServer;
let office: PostOffice;

beforeAll(async () => (broker = await findRabbitMq()));
afterAll(() => broker.stop());
beforeEach(async () => (server = await aServer()));
afterEach(async () => {
  await office.close();
  await server.drop();
});

const written = (letter: string) =>
  eventually(
    () => office.letters(),
    (letters) => letters.includes(letter),
  );
const oneDied = async () =>
  (
    await eventually(
      () => deadLetters(office.db),
      ({ length }) => length > 0,
    )
  )[0]!;
const theDiary = (entry: string) =>
  eventually(
    async () => office.diary.entries,
    (entries) => entries.includes(entry),
  );

describe.each(['in-process', 'rabbitmq'])('a message handler in a provider, on the %s transport', (transport) => {
  const open = async (options: Parameters<typeof PostOffice.open>[1] = {}) => {
    const brokerUrl = transport === 'rabbitmq' ? broker.url : undefined;
    office = await PostOffice.open(server.url, { brokerUrl, ...options });
  };

  it('is called with what its pipes make of the data, within its interceptors', async () => {
    await open();
    await office.send('Ann');
    await written('ANN');
    await theDiary('after writeLetter of desk.posted');
    expect(office.diary.entries).toContain('before writeLetter of desk.posted');
  });

  it('is not called when a guard refuses the message, which then counts as failed', async () => {
    await open();
    await office.send('a ghost');
    const { errors, attempts } = await oneDied();
    expect([attempts, errors[0]?.message]).toEqual([1, 'Forbidden resource']);
    expect(await office.letters()).toEqual([]);
    expect(office.diary.entries).not.toContain('before writeLetter of desk.posted');
  });

  it('fails and is rolled back though a filter swallows its error', async () => {
    await open();
    await office.send('a thief');
    const { errors, attempts } = await oneDied();
    expect([attempts, errors[0]?.message]).toEqual([1, 'we do not write to thieves']);
    expect(office.diary.entries).toContain('swallowed "we do not write to thieves" in rpc');
    expect(await office.letters()).toEqual([]);
  });

  it('is guarded by the global guards of the application', async () => {
    const asked: string[] = [];
    const canActivate = (context: { getType(): string }) => asked.push(context.getType()) > 0;
    await open({ configure: (app) => void app.useGlobalGuards({ canActivate }) });
    await office.send('Ann');
    await written('ANN');
    expect(asked).toContain('rpc');
  });

  it('is called only once the strategy listens and its module is initialised, and then with what has waited', async () => {
    await open({ isListening: false });
    await office.send('Ann');
    await office.close();
    await open();
    await written('ANN');
    expect(office.diary.entries.slice(0, 2)).toEqual(['initialised', 'before writeLetter of desk.posted']);
  });

  it('finishes before the application closes, and nothing is handled afterwards', async () => {
    await open();
    let goOn = () => {};
    office.diary.goOn = new Promise((resolve) => (goOn = resolve));
    await office.send('Zoe');
    await theDiary('before writeLetter of desk.posted');
    const closed = office.post.close();
    goOn();
    await closed;
    expect(office.diary.entries.at(-1)).toBe('after writeLetter of desk.posted');
  });

  it('is inherited by a subclass, also when it overrides the method', async () => {
    await open({ handlers: NightShift });
    await office.send('Ann');
    await written('Ann (by night)');
    const answer = office.desk.get(Questions, { strict: false }).ask(LastLetter, {}, { withinMs: 5_000 });
    expect(await answer).toEqual({ to: expect.any(String) });
  });
});
