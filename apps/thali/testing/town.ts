import { Api, until, type Reply } from './api';

interface Money {
  amount: number;
  currency: string;
}

interface Order {
  orderId: string;
  status: string;
  version: number;
  total: Money;
  reason?: string;
  fee?: Money;
  cancelling: boolean;
}

interface Payment {
  status: string;
  authorized: number;
  captured: number;
  voided: number;
  refunded: number;
}

interface Restaurant {
  restaurantId: string;
  name: string;
  location: { lat: number; lon: number };
  autopilot: boolean;
  open: boolean;
  currency: string;
}

interface Item {
  itemId: string;
  portions: number;
  price: Money;
}

/** The people of an order, over HTTP: a customer, a cook, couriers. Restaurants in rupees have no autopilot couriers near. */
export class Town {
  private restaurants: Restaurant[] = [];

  private constructor(readonly api: Api) {}

  /** Sends the example couriers of one city home, so that a test can be the only courier there. */
  static async open(url: string): Promise<Town> {
    const town = new Town(new Api(url));
    const { items } = await until(
      async () => (await town.api.get<{ items: Restaurant[] }>('/restaurants?limit=100')).body,
      (page) => (page.items?.length ?? 0) > 0,
    );
    town.restaurants = items;
    const { body } = await town.api.get<{
      items: { courierId: string; location: { lat: number }; onShift: boolean }[];
    }>('/couriers?limit=100');
    const inBengaluru = body.items.filter(({ location, onShift }) => onShift && location.lat < 20);
    await Promise.all(inBengaluru.map(({ courierId }) => town.api.post(`/couriers/${courierId}/off-shift`)));
    return town;
  }

  /** Where everything happens by itself. */
  get automatic(): Restaurant {
    return this.restaurant(({ autopilot, currency, open }) => autopilot && currency === 'EUR' && open);
  }

  /** Where a cook has to act; its couriers are those of the test. */
  get manual(): Restaurant {
    return this.restaurant(({ autopilot, currency, open }) => !autopilot && currency === 'INR' && open);
  }

  /** Accepts by itself, but no courier is near unless the test brings one. */
  get automaticWithoutCouriers(): Restaurant {
    return this.restaurant(({ autopilot, currency, open }) => autopilot && currency === 'INR' && open);
  }

  get closed(): Restaurant {
    return this.restaurant(({ open }) => !open);
  }

  async item({ restaurantId }: Restaurant, at = 0): Promise<Item> {
    const { body } = await this.api.get<{ sections: { items: Item[] }[] }>(`/restaurants/${restaurantId}/menu`);
    const item = body.sections.flatMap(({ items }) => items)[at];
    if (!item) throw new Error(`${restaurantId} has no item number ${at}`);
    return item;
  }

  async tryToPlace(
    restaurant: Restaurant,
    { token = 'tok_visa', quantity = 1, at = 0, customerId = 'cus_e2e' } = {},
  ): Promise<Reply<Order>> {
    const { itemId } = await this.item(restaurant, at);
    const deliverTo = { address: 'MG Road 1', location: restaurant.location };
    return this.api.post<Order>('/orders', {
      restaurantId: restaurant.restaurantId,
      lines: [{ itemId, quantity }],
      deliverTo,
      paymentToken: token,
      customerId,
    });
  }

  /** @returns the id of an order that was accepted. */
  async place(restaurant: Restaurant, wish: Parameters<Town['tryToPlace']>[1] = {}): Promise<string> {
    const { status, body } = await until(
      () => this.tryToPlace(restaurant, wish),
      (reply) => reply.status !== 422,
    );
    if (status !== 202) throw new Error(`not accepted: ${JSON.stringify(body)}`);
    return body.orderId;
  }

  async order(orderId: string): Promise<Order> {
    return (await this.api.get<Order>(`/orders/${orderId}`)).body;
  }

  /** Waits until the order has this status. @throws when it ends otherwise. */
  async reaches(orderId: string, status: string): Promise<Order> {
    const order = await until(
      () => this.order(orderId),
      (order) => order.status === status || ['delivered', 'cancelled'].includes(order.status),
    );
    if (order.status !== status) throw new Error(`it should be ${status}, and is ${JSON.stringify(order)}`);
    return order;
  }

  async payment(orderId: string): Promise<Payment> {
    return (await this.api.get<Payment>(`/payments/${orderId}`)).body;
  }

  /** The cook does these things to the order's ticket, one after another, as soon as it is there. */
  async cook(
    { restaurantId }: Restaurant,
    orderId: string,
    ...deeds: ('accept' | 'reject' | 'preparing' | 'ready')[]
  ): Promise<void> {
    const look = () =>
      this.api.get<{ items: { ticketId: string; orderId: string }[] }>(
        `/restaurants/${restaurantId}/tickets?limit=100`,
      );
    const { body } = await until(look, ({ body }) => body.items.some((ticket) => ticket.orderId === orderId));
    const ticketId = body.items.find((ticket) => ticket.orderId === orderId)?.ticketId;
    for (const deed of deeds) {
      const said = () =>
        this.api.post(
          `/tickets/${ticketId}/${deed}`,
          deed === 'reject' ? { reason: 'We have run out of batter.' } : {},
        );
      // The kitchen may have to wait for the others before it may begin.
      await until(said, ({ status }) => status === 200 || deed !== 'preparing');
    }
  }

  /** A courier on shift at the restaurant's door, who waits for the test to act. */
  async aCourier({ location }: Restaurant): Promise<Courier> {
    const { body } = await this.api.post<{ courierId: string }>('/couriers', {
      name: 'Test',
      location,
      capacity: 1,
      autopilot: false,
    });
    await this.api.post(`/couriers/${body.courierId}/on-shift`);
    return new Courier(this.api, body.courierId);
  }

  private restaurant(fits: (restaurant: Restaurant) => boolean): Restaurant {
    const found = this.restaurants.find(fits);
    if (!found) throw new Error('the example data has no such restaurant');
    return found;
  }
}

/** A courier in the hands of a test. */
export class Courier {
  constructor(
    private readonly api: Api,
    readonly courierId: string,
  ) {}

  async answers(orderId: string, answer: 'accept' | 'decline'): Promise<void> {
    const look = () =>
      this.api.get<{ items: { offerId: string; orderId: string }[] }>(`/couriers/${this.courierId}/offers`);
    const { body } = await until(look, ({ body }) => body.items.some((offer) => offer.orderId === orderId));
    await this.api.post(`/offers/${body.items.find((offer) => offer.orderId === orderId)?.offerId}/${answer}`);
  }

  async does(deliveryId: string, deed: 'pick-up' | 'deliver' | 'fail', body: object = {}): Promise<Reply> {
    return until(
      () => this.api.post(`/deliveries/${deliveryId}/${deed}`, body),
      ({ status }) => status === 200 || deed !== 'pick-up',
    );
  }

  /** The courier's delivery of the order, once it is theirs. */
  async deliveryOf(orderId: string): Promise<string> {
    const look = () =>
      this.api.get<{ delivery: { deliveryId: string; courier: { courierId: string } | null } | null }>(
        `/orders/${orderId}/details`,
      );
    const { body } = await until(look, ({ body }) => body.delivery?.courier?.courierId === this.courierId);
    return body.delivery?.deliveryId ?? '';
  }

  goesHome(): Promise<Reply> {
    return this.api.post(`/couriers/${this.courierId}/off-shift`);
  }
}
