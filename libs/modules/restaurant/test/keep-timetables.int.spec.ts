import { aServer, type TestServer } from '@thali/kit/postgres/testing';
import { Client } from 'pg';
import type { QueryRunner } from 'typeorm';
import { CreateRestaurant1700000000100 } from '../src/migrations/create-restaurant.migration';
import { KeepTimetables1700000000101 } from '../src/migrations/keep-timetables.migration';

const bread = { modifierId: 'bread', name: 'Bread', price: { amount: 100, currency: 'EUR' } };
const dish = (itemId: string, modifiers: object[]) => ({ itemId, name: itemId, modifiers });
const sections = [
  { name: 'One', items: [dish('soup', [bread]), dish('cake', [])] },
  { name: 'None', items: [] },
];
const lunch = { days: ['Mo'], opens: '11:30', closes: '15:00' };

describe('a database from before timetables', () => {
  let server: TestServer;
  let client: Client;

  beforeAll(async () => {
    server = await aServer();
    client = new Client({ connectionString: server.url });
    await client.connect();
    await new CreateRestaurant1700000000100().up(client as unknown as QueryRunner);
    for (const [id, zone, hours] of [
      ['timed', 'Europe/Berlin', [lunch]],
      ['zoneless', null, [lunch]],
      ['always', 'Europe/Berlin', []],
    ] as const) {
      await client.query(
        `insert into restaurants (restaurant_id, name, currency, lat, lon, open, opening_hours, time_zone, autopilot, version)
         values ($1, $1, 'EUR', 0, 0, true, $2, $3, false, 1)`,
        [id, JSON.stringify(hours), zone],
      );
      await client.query('insert into menus (restaurant_id, version, sections) values ($1, 1, $2)', [
        id,
        JSON.stringify(sections),
      ]);
    }
  });
  afterAll(async () => {
    await client.end();
    await server.drop();
  });

  it('keeps hours whose time zone is known, and every modifier, in a group; and goes back', async () => {
    const migration = new KeepTimetables1700000000101();
    await migration.up(client as unknown as QueryRunner);
    const { rows } = await client.query('select restaurant_id, timetable from restaurants order by restaurant_id');
    const hours = [{ ...lunch, validFrom: null, validThrough: null }];
    expect(rows).toEqual([
      { restaurant_id: 'always', timetable: null },
      { restaurant_id: 'timed', timetable: { timeZone: 'Europe/Berlin', hours } },
      { restaurant_id: 'zoneless', timetable: null },
    ]);
    const menus = await client.query<{ sections: unknown }>('select sections from menus limit 1');
    const extras = { groupId: 'extras', name: 'Extras', min: 0, max: 1, defaults: [], modifiers: [bread] };
    const [soup, cake] = ['soup', 'cake'].map((itemId) => ({ itemId, name: itemId }));
    expect(menus.rows[0]?.sections).toEqual([
      {
        name: 'One',
        items: [
          { ...soup, modifierGroups: [extras] },
          { ...cake, modifierGroups: [] },
        ],
      },
      { name: 'None', items: [] },
    ]);
    await migration.down(client as unknown as QueryRunner);
    expect((await client.query<{ sections: unknown }>('select sections from menus limit 1')).rows[0]?.sections).toEqual(
      sections,
    );
  });
});
