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
const ended = ['delivered', 'cancelled'];

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
    let changedMind = this.script.mood === 'waits';
    for (let waitMs = firstLookAfterMs; performance.now() < until; waitMs *= 1.3) {
      const order = await this.look(orderId);
      if (order && ended.includes(order.status))
        return { outcome: order.status as 'delivered' | 'cancelled', ...(order.reason && { reason: order.reason }) };
      if (order && !changedMind && this.isTimeToCancel(order)) {
        changedMind = true;
        await this.cancel(orderId);
      }
      await pause(Math.min(waitMs, this.stage.longestLookMs));
    }
    return { outcome: 'unfinished', reason: `Still ${this.last?.status ?? 'nowhere to be seen'}.` };
  }

  private async look(orderId: string): Promise<OrderView | undefined> {
    const etag = this.etag;
    const { status, headers, body } = await this.api.call<OrderView>({
      method: 'GET',
      path: `/orders/${orderId}`,
      ...(etag && { etag }),
    });
    if (status === 304) return this.last;
    if (status !== 200) return void this.reads.push({ missing: status });
    this.reads.push({ status: body.status, version: body.version });
    this.etag = headers.etag;
    this.last = body;
    return body;
  }

  private isTimeToCancel({ status, cancelling }: OrderView): boolean {
    const moment = {
      waits: [],
      'cancels at once': ['placed', 'confirmed'],
      'cancels while it is cooked': ['preparing', 'ready'],
      'cancels too late': ['picked-up'],
    };
    return !cancelling && (moment[this.script.mood] as string[]).includes(status);
  }

  private async cancel(orderId: string): Promise<void> {
    const { key, mood } = this.script;
    const body = { reason: 'I do not want it any more.' };
    const { status } = await this.api.call({
      method: 'POST',
      path: `/orders/${orderId}/cancel`,
      key: `${key}-cancel`,
      body,
    });
    if ((status === 409) === (mood === 'cancels too late')) this.stage.happen('mood', mood);
  }
}

interface Placed {
  readonly orderId: string;
  /** Of a refusal. */
  readonly detail?: string;
}
