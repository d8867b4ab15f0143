import { DispatchOffice } from '../testing/dispatch-office';
jest.setTimeout(120000);
it('bench', async () => {
  const office = await DispatchOffice.open();
  const colleague = await office.colleague();
  await Promise.all(Array.from({ length: 200 }, (_, n) => office.courier('c' + n, (n % 100) / 10, { capacity: 10 })));
  const time = async (what: string, n: number, f: () => Promise<unknown>) => {
    const t = performance.now(); await f(); const ms = performance.now() - t;
    console.log(`${what}: ${n} in ${ms.toFixed(0)} ms = ${(n / ms * 1000).toFixed(0)}/s`);
  };
  for (let round = 0; round < 3; round++) {
  const ids: string[] = [];
  await time('request', 2000, async () => { ids.push(...await Promise.all(Array.from({ length: 2000 }, () => office.request()))); });
  const offers = await office.openOffers();
  const trips: string[] = [];
  await time('accept', offers.length, async () => { trips.push(...(await Promise.all(offers.map((o) => office.accept(o.offerId)))).map((t) => t.deliveryId)); });
  await time('more requests wait', 1000, async () => { await Promise.all(Array.from({ length: 1000 }, () => office.request())); });
  await time('ready', 2000, () => Promise.all(ids.map((id) => office.mealReady(id))));
  await time('pickup', 2000, () => Promise.all(trips.map((id) => office.pickUp(id))));
  await time('deliver half in two processes', 2000, () => Promise.all(trips.map((id, n) => (n % 2 ? office : colleague).deliver(id))));
  const rest = await office.openOffers();
  await time('accept+ready+pick+deliver of rest', rest.length, async () => Promise.all(rest.map(async (o) => { const t = await office.accept(o.offerId); await office.mealReady(o.orderId); await office.pickUp(t.deliveryId); await office.deliver(t.deliveryId); })));
  console.log(await office.db.read(`select count(*) filter (where order_id is not null) as full, count(*) from bags`), await office.db.read('select status, waiting, count(*) from deliveries group by 1,2'));
  }
  await colleague.db.close();
  await office.close();
});
