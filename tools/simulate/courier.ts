import { setTimeout as pause } from 'node:timers/promises';
import type { Api } from './api';
import type { Script } from './script';
import type { Stage } from './stage';

interface Offer {
  readonly offerId: string;
  readonly orderId: string;
}

interface Trip {
  readonly deliveryId: string;
  readonly orderId: string;
  readonly status: string;
  readonly mealReady: boolean;
  readonly fence: number;
}

interface Standing {
  readonly active: number;
  readonly deliveries: readonly Trip[];
}

interface Applicant {
  /** The Idempotency-Key of the application. */
  readonly key: string;
  readonly location: { readonly lat: number; readonly lon: number };
  readonly autopilot: boolean;
}

const busyMs = 400;
const idleMs = 1_000;

/** Answers offers, picks meals up and brings them, or fails to, as the script says. */
export class Courier {
  private readonly ignored = new Set<string>();

  private constructor(
    private readonly api: Api,
    readonly courierId: string,
    /** Whether the server does all the work for them. */
    private readonly autopilot: boolean,
    private readonly stage: Stage,
  ) {}

  /** Signs up at a place and begins the shift. */
  static async signUp(api: Api, { key, location, autopilot }: Applicant, stage: Stage): Promise<Courier> {
    const body = { name: `Courier ${key}`, location, capacity: 3, autopilot };
    const { courierId } = await api.ask<{ courierId: string }>({ method: 'POST', path: '/couriers', key, body });
    await api.ask({ method: 'POST', path: `/couriers/${courierId}/on-shift` });
    return new Courier(api, courierId, autopilot, stage);
  }

  /** Until told to stop. */
  async work(over: AbortSignal): Promise<void> {
    while (!over.aborted && !this.autopilot) {
      const { active, deliveries } = await this.api.ask<Standing>({
        method: 'GET',
        path: `/couriers/${this.courierId}`,
      });
      if (active > deliveries.length) await this.answerOffers();
      await Promise.all(deliveries.map((trip) => this.goOn(trip)));
      await pause(active > 0 ? busyMs : idleMs, undefined, { signal: over }).catch(() => {});
    }
  }

  /** Nobody who is not there any more should be asked. */
  async endShift(): Promise<void> {
    await this.api.ask({ method: 'POST', path: `/couriers/${this.courierId}/off-shift` });
  }

  private async answerOffers(): Promise<void> {
    const { items } = await this.api.ask<{ items: Offer[] }>({
      method: 'GET',
      path: `/couriers/${this.courierId}/offers`,
    });
    await Promise.all(items.map((offer) => this.answer(offer)));
  }

  private async answer({ offerId, orderId }: Offer): Promise<void> {
    const habit = this.habitFor(orderId);
    if (habit === 'says nothing') return this.ignore(offerId);
    const declines = habit === 'declines';
    const { status } = await this.api.call({
      method: 'POST',
      path: `/offers/${offerId}/${declines ? 'decline' : 'accept'}`,
    });
    if (declines && status === 200) this.stage.happen('courier', habit);
  }

  private ignore(offerId: string): void {
    if (!this.ignored.has(offerId)) this.stage.happen('courier', 'says nothing');
    this.ignored.add(offerId);
  }

  private async goOn(trip: Trip): Promise<void> {
    const { orderId, status, mealReady } = trip;
    const habit = this.habitFor(orderId);
    if (status === 'assigned' && habit === 'gives up') await this.tell(trip, 'fail', habit);
    else if (status === 'assigned' && mealReady) await this.tell(trip, 'pick-up', habit);
    else if (status === 'picked-up') await this.tell(trip, habit === 'loses the meal' ? 'fail' : 'deliver', habit);
  }

  private async tell(
    { deliveryId, fence }: Trip,
    what: 'pick-up' | 'deliver' | 'fail',
    habit: Script['courier'],
  ): Promise<void> {
    const body = { fence, ...(what === 'fail' && { reason: 'A flat tyre.' }) };
    const { status } = await this.api.call({ method: 'POST', path: `/deliveries/${deliveryId}/${what}`, body });
    if (status === 200 && (what === 'fail' || (what === 'deliver' && habit === 'brings')))
      this.stage.happen('courier', habit);
  }

  /** Whoever is asked after the first one brings it. */
  private habitFor(orderId: string): Script['courier'] {
    const habit = this.stage.scriptOf(orderId)?.courier ?? 'brings';
    return this.stage.isFirstAsked(orderId, this.courierId) ? habit : 'brings';
  }
}
