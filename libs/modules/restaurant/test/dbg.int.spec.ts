import { ConfirmTicket, TicketAccepted } from '@thali/contracts';
import { Kitchen, line, openTicket } from '../testing/kitchen';
it('dbg', async () => {
  const kitchen = await Kitchen.open();
  const r = await kitchen.aRestaurant({ autopilot: true });
  const orderId = kitchen.anOrder();
  await kitchen.hear(openTicket(orderId, r, line('dosa')));
  await kitchen.says(orderId, TicketAccepted);
  await kitchen.hear(ConfirmTicket({ orderId }));
  await new Promise((res) => setTimeout(res, 2500));
  for (const q of ['select type,key,key_version,recorded_at from messages where key like \'ord%\'', 'select subscription,key,key_version,attempts,errors from inbox', 'select * from handled', 'select type,due_at, clock_timestamp() as now from timers','select status, version from tickets', 'select * from blocked_keys','select * from outbox']) console.log(q, await kitchen.db.read(q));
  await kitchen.close();
}, 10000);
