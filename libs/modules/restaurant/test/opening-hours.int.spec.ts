import { MenuPublished } from '@thali/contracts';
import type { RestaurantView } from '../src/restaurants.view';
import { aCafe, aCase } from '../testing/cases';
import { RestaurantHarness, line, openTicket } from '../testing/restaurant-harness';

describe('a restaurant with opening hours', () => {
  const kitchen = new RestaurantHarness();

  beforeAll(() => kitchen.start());
  afterAll(() => kitchen.close());

  const imported = async (text: string) => {
    const { imported, problems } = await kitchen.import(text);
    expect(problems).toEqual([]);
    return imported[0]?.restaurantId ?? '';
  };
  const view = async (restaurantId: string) => (await kitchen.get<RestaurantView>(`/restaurants/${restaurantId}`)).body;
  const rejectionOf = async (restaurantId: string) => {
    const orderId = kitchen.anOrder();
    await kitchen.hear(openTicket(orderId, restaurantId, line('soup')));
    return (await kitchen.ticketOf(orderId)).reason;
  };

  it('that are closed all week is closed, and takes no ticket', async () => {
    const restaurantId = await imported(aCase('no-hours-left-means-always-open/closed.jsonld'));
    expect(await view(restaurantId)).toMatchObject({ open: false, opensAt: null, timeZone: 'Europe/Berlin' });
    expect(await rejectionOf(restaurantId)).toBe('closed is closed.');
  });

  it('says when it opens, for as long as it is closed', async () => {
    const { open, opensAt } = await view(await imported(aCase('order-while-closed-by-hours/night.jsonld')));
    expect(open).toBe(opensAt === null);
    const { openingHours } = await view(await imported(aCase('several-days-in-one-text/list.jsonld')));
    expect(openingHours).toMatchObject([{ days: ['Mo', 'Tu', 'We'], opens: '11:00', closes: '22:00' }]);
  });

  it('announces them with its menu, and anew when they change', async () => {
    const property = { name: 'prepMinutes', value: 25 };
    const file = (more: object) => JSON.stringify(aCafe({ '@id': 'https://hours.example/', ...more }));
    const restaurantId = await imported(file({ openingHours: 'Mo-Su', additionalProperty: property }));
    await imported(file({ openingHours: 'Mo-Fr 11:00-22:00' }));
    await imported(file({}));
    const said = await kitchen.db.read<{ data: object }>(
      'select data from messages where key = $1 and type = $2 order by key_version',
      [restaurantId, MenuPublished.type],
    );
    expect(said.map(({ data }) => data)).toMatchObject([
      { version: 1, prepMinutes: 25, timetable: { timeZone: 'Europe/Berlin', hours: [{ closes: '24:00' }] } },
      { version: 2, prepMinutes: null, timetable: { hours: [{ days: ['Mo', 'Tu', 'We', 'Th', 'Fr'] }] } },
      { version: 3, timetable: null },
    ]);
    expect(await view(restaurantId)).toMatchObject({ open: true, openingHours: [], timeZone: null });
  });
});
