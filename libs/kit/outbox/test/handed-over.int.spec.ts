import { defineEvent } from '@thali/kit/core';
import { eventually } from '@thali/kit/event-bus/testing';
import { aServer } from '@thali/kit/postgres/testing';
import { z } from 'zod';
import { send } from '..';
import { Instance } from './instance';

const Rumour = defineEvent('tower.rumour', 1, z.object({ bell: z.string(), what: z.any() }), {
  key: ({ bell }) => bell,
});

it('what is handed over in memory is what the database would have given: a copy, and nothing that JSON does not know', async () => {
  const server = await aServer();
  const heard: unknown[] = [];
  const inside = async ({ what }: { what: unknown }) => void heard.push(what);
  const tower = await Instance.start(server.url, () => () => {}, { types: [Rumour], handle: { inside } });
  try {
    await eventually(
      () => tower.shares(),
      ({ length }) => length === 1,
    );
    const what = { strokes: 13, why: undefined };
    await tower.db.transaction(async (tx) => send(tx, Rumour({ bell: 'Pummerin', what })));
    await eventually(
      async () => heard.length,
      (count) => count === 1,
    );
    expect(heard[0]).not.toBe(what);
    expect(heard).toStrictEqual([{ strokes: 13 }]);
  } finally {
    await tower.stop();
    await server.drop();
  }
});
