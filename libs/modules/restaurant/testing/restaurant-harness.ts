import { OpenTicket, type OrderLine, type TicketView } from '@thali/contracts';
import type { Draft } from '@thali/kit/core';
import { ModuleHarness } from '@thali/kit/nest/testing';
import { ImportMenu, RestaurantModule } from '../src';
import type { MenuView } from '../src/menu.view';
import { AdvanceTicket } from '../src/timers';
import { aRestaurant } from './restaurants';

const fast = { THALI_AUTOPILOT_ACCEPT_MS: '1', THALI_AUTOPILOT_PREPARE_MS: '1', THALI_AUTOPILOT_FINISH_MS: '1' };

/** The restaurant module alone; autopilots are fast. */
export class RestaurantHarness extends ModuleHarness {
  constructor() {
    super({ product: 'thali', name: 'restaurant', module: RestaurantModule, env: fast, timers: [AdvanceTicket] });
  }

  import(document: unknown) {
    return this.provider(ImportMenu).import(typeof document === 'string' ? document : JSON.stringify(document));
  }

  async menu(restaurantId: string): Promise<MenuView> {
    return (await this.get<MenuView>(`/restaurants/${restaurantId}/menu`)).body;
  }

  /** How many portions of a dish can be ordered. */
  async portionsOf(restaurantId: string, itemId: string): Promise<number | undefined> {
    const { sections } = await this.menu(restaurantId);
    return sections.flatMap(({ items }) => items).find((item) => item.itemId === itemId)?.portions;
  }

  anOrder(): string {
    return this.ids.next('ord');
  }

  /** The restaurant of a file like {@link aRestaurant}'s, new in this kitchen. @returns its id. */
  async aRestaurant(differences: Parameters<typeof aRestaurant>[0] = {}): Promise<string> {
    const restaurantId = this.ids.next('rst');
    await this.import(aRestaurant({ restaurantId, ...differences }));
    return restaurantId;
  }

  async ticketOf(orderId: string): Promise<TicketView> {
    const find = 'select ticket_id as "ticketId" from tickets where order_id = $1';
    const [row] = await this.db.read<{ ticketId: string }>(find, [orderId]);
    return (await this.get<TicketView>(`/tickets/${row?.ticketId}`)).body;
  }
}

/** So many of a dish, as an order asks for it. */
export function line(itemId: string, quantity = 1): OrderLine {
  return { itemId, name: itemId, quantity, unitPrice: { amount: 950, currency: 'EUR' }, modifierIds: [] };
}

/** Orders these dishes. */
export function openTicket(orderId: string, restaurantId: string, ...lines: OrderLine[]): Draft {
  return OpenTicket({ orderId, restaurantId, menuVersion: 1, lines: lines as [OrderLine] });
}
