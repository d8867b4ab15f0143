import { setTimeout as pause } from 'node:timers/promises';
import type { Api } from './api';
import type { Stage } from './stage';

interface Ticket {
  readonly ticketId: string;
  readonly orderId: string;
}

const looksEveryMs = 400;
const hesitatesMs = 2_500;

/** Works at the board of one restaurant: accepts or rejects, cooks, and calls the courier. Leaves the tickets of others alone. */
export class Cook {
  /** When a ticket was first seen, on the monotonic clock. */
  private readonly firstSeen = new Map<string, number>();
  private readonly done = new Set<string>();

  constructor(
    private readonly api: Api,
    private readonly restaurantId: string,
    private readonly stage: Stage,
  ) {}

  /** Until told to stop. */
  async work(over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      if (this.stage.isBusy(this.restaurantId)) await this.look();
      await pause(looksEveryMs, undefined, { signal: over }).catch(() => {});
    }
  }

  private async look(): Promise<void> {
    const boards = await Promise.all(['open', 'confirmed', 'preparing'].map((status) => this.read(status)));
    const [open = [], confirmed = [], preparing = []] = boards;
    await Promise.all([
      ...open.map((ticket) => this.answer(ticket)),
      ...confirmed.map((ticket) => this.tell(ticket, 'preparing')),
      ...preparing.map((ticket) => this.tell(ticket, 'ready')),
    ]);
  }

  private async read(status: string): Promise<Ticket[]> {
    const path = `/restaurants/${this.restaurantId}/tickets?status=${status}&limit=200`;
    const { items } = await this.api.ask<{ items: Ticket[] }>({ method: 'GET', path });
    return items.filter(({ orderId }) => this.stage.scriptOf(orderId));
  }

  private async answer(ticket: Ticket): Promise<void> {
    const script = this.stage.scriptOf(ticket.orderId);
    if (!script) return;
    const seen = this.firstSeen.get(ticket.ticketId) ?? performance.now();
    this.firstSeen.set(ticket.ticketId, seen);
    if (script.kitchen === 'hesitates' && performance.now() < seen + hesitatesMs) return;
    if (script.kitchen === 'delays') await this.tell(ticket, 'delay', { minutes: 10 });
    const rejects = script.kitchen === 'rejects';
    const heard = await this.tell(
      ticket,
      rejects ? 'reject' : 'accept',
      rejects ? { reason: 'The oven is broken.' } : undefined,
    );
    if (heard) this.stage.happen('kitchen', script.kitchen);
  }

  /** @returns whether it was in time, and said for the first time. */
  private async tell({ ticketId }: Ticket, what: string, body?: object): Promise<boolean> {
    const saying = `${ticketId} ${what}`;
    if (this.done.has(saying)) return false;
    this.done.add(saying);
    const { status } = await this.api.call({
      method: 'POST',
      path: `/tickets/${ticketId}/${what}`,
      ...(body && { body }),
    });
    return status === 200;
  }
}
