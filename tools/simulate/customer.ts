import { setTimeout as pause } from 'node:timers/promises';
import type { Answer, Intention, Read } from '../audit/witness';
import type { Api, Call, Reply } from './api';
import type { Script } from './script';
import type { Stage } from './stage';

/** How an order ended, as its customer knows it. */
export interface Ending {
  /**
   * `refused`: it was never taken. `unknown`: nobody ever said whether it was. `unfinished`: it did not end while somebody watched.
   */
  readonly outcome: 'delivered' | 'cancelled' | 'refused' | 'unknown' | 'unfinished';
  readonly reason?: string;
  readonly orderId?: string;
  /** From the first attempt to the acknowledgement. */
  readonly placedInMs?: number;
}

interface OrderView extends Read {
  readonly reason?: string;
  readonly cancelling: boolean;
}

const firstLookAfterMs = 300;
const givesUpAfterMs = 180_000;

/** Orders a meal and follows it to its end, as the script says, and remembers everything that was said. */
export class Customer {
  private readonly answers: Answer[] = [];
  private readonly misuses: number[] = [];
  private readonly reads: (Read | { missing: number })[] = [];
  private etag: string | undefined;
  private last: OrderView | undefined;

  constructor(
    private readonly api: Api,
    private readonly script: Script,
    private readonly stage: Stage,
  ) {}

  /** What this customer can testify. */
  get intention(): Intention {
    const { answers, misuses, reads } = this;
    const { key, customerId, asked } = this.script;
    return { key, customerId, asked, answers, misuses, reads };
  }

  async order(): Promise<Ending> {
    const began = performance.now();
    const placed = await this.place().catch(() => undefined);
    if (!placed) return { outcome: 'unknown', reason: 'No answer ever came.' };
    const { status, body } = placed;
    if (status !== 202) return { outcome: 'refused', reason: body.detail ?? `${status}` };
    const placedInMs = performance.now() - began;
    const { orderId } = body;
    this.stage.enter(orderId, this.script);
    await this.sendAgain();
    try {
      return { orderId, placedInMs, ...(await this.follow(orderId)) };
    } finally {
      this.stage.leave(orderId);
    }
  }

  private get placing(): Call {
    const { key, customerId, asked, card } = this.script;
    return { method: 'POST', path: '/orders', key, body: { ...asked, customerId, paymentToken: card } };
  }

  private async place(): Promise<Reply<Placed>> {
    if (this.script.sends !== 'twice at once') return this.send();
    const [first] = await Promise.all([this.send(), this.send()]);
    return first;
  }

  private send(): Promise<Reply<Placed>> {
    return this.api.call<Placed>(this.placing, (reply) => {
      const { orderId } = (reply?.body ?? {}) as Partial<Placed>;
      this.answers.push({ status: reply?.status, body: reply?.body, ...(orderId && { orderId }) });
    });
  }

  private async sendAgain(): Promise<void> {
    const { sends, asked } = this.script;
    if (sends === 'again') await this.send();
    if (sends === 'again, changed') {
      const changed = { ...this.placing.body, deliverTo: { ...asked.deliverTo, address: 'somewhere else' } };
      const { status } = await this.api.call({ ...this.placing, body: changed });
      this.misuses.push(status);
    }
    this.stage.happen('sends', sends);
  }

  /** Looks ever more rarely, and never so often that all customers together are a burden. */
  private async follow(orderId: string): Promise<Pick<Ending, 'outcome' | 'reason'>> {
    const until = performance.now() + givesUpAfterMs;
    let acted = false;
    for (let waitMs = firstLookAfterMs; performance.now() < until; waitMs *= 1.3) {
      const order = await this.look(orderId);
      if (order && isOver(order.status)) return { outcome: order.status, reason: order.reason };
      if (order && !acted && this.isTimeToAct(order)) {
        acted = true;
        await this.act(orderId);
      }
      await pause(Math.min(waitMs, this.stage.longestLookMs));
    }
    return { outcome: 'unfinished', reason: `Still ${this.last?.status ?? 'nowhere to be seen'}.` };
  }

  private async look(orderId: string): Promise<OrderView | undefined> {
    const look: Call = { method: 'GET', path: `/orders/${orderId}`, etag: this.etag };
    const { status, headers, body } = await this.api.call<OrderView>(look);
    if (status === 304) return this.last;
    if (status !== 200) return void this.reads.push({ missing: status });
    this.reads.push({ status: body.status, version: body.version });
    this.etag = headers.etag;
    this.last = body;
    return body;
  }

  private isTimeToAct({ status, cancelling }: OrderView): boolean {
    const moments: readonly string[] = momentsOf[this.script.mood];
    return !cancelling && moments.includes(status);
  }

  private async act(orderId: string): Promise<void> {
    const { key, mood } = this.script;
    const call =
      mood === 'wants more' ? this.revision : { path: 'cancel', body: { reason: 'I do not want it any more.' } };
    const { status } = await this.api.call({
      method: 'POST',
      ...call,
      path: `/orders/${orderId}/${call.path}`,
      key: `${key}-${call.path}`,
    });
    if (status === (mood === 'cancels too late' ? 409 : 202)) this.stage.happen('mood', mood);
  }

  /** One more of everything. */
  private get revision(): Pick<Call, 'path' | 'body' | 'ifMatch'> {
    const lines = this.script.asked.lines.map((line) => ({ ...line, quantity: line.quantity + 1 }));
    return { path: 'revise', body: { lines }, ifMatch: this.etag };
  }
}

/** In which statuses a customer does what they have in mind. */
const momentsOf: Readonly<Record<Script['mood'], readonly string[]>> = {
  waits: [],
  'wants more': ['confirmed'],
  'cancels at once': ['placed', 'confirmed'],
  'cancels while it is cooked': ['preparing', 'ready'],
  'cancels too late': ['picked-up'],
};

function isOver(status: string): status is 'delivered' | 'cancelled' {
  return status === 'delivered' || status === 'cancelled';
}

interface Placed {
  readonly orderId: string;
  /** Of a refusal. */
  readonly detail?: string;
}
