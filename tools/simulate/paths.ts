import type { Ending } from './customer';
import { roles, type Role, type Script } from './script';

/** How an order ends with a card, unless something else comes between; most cards just pay. */
const endingOfCard: { readonly [Card in Script['card']]?: RegExp } = {
  tok_declined: /^cancelled: Your payment was declined/,
  tok_late: /^cancelled: Your bank did not answer/,
  tok_no_answer: /^cancelled: Your bank did not answer/,
};

/** Which turns of events were planned, and which of them have happened. What never happened has not been tried. */
export class Paths {
  private readonly counts = new Map<string, { planned: number; happened: number }>();

  plan(script: Script): void {
    for (const role of roles) if (role !== 'kitchen' || script.hasCook) this.of(role, script[role]).planned++;
  }

  /** What shows only in the end. */
  conclude({ card, dish, mood }: Script, { outcome, reason = '' }: Ending): void {
    if ((endingOfCard[card] ?? /^delivered/).test(`${outcome}: ${reason}`)) this.happen('card', card);
    if (dish === 'the scarce dish' ? / not have enough /.test(reason) : outcome === 'delivered')
      this.happen('dish', dish);
    if (mood === 'waits' && outcome === 'delivered') this.happen('mood', mood);
  }

  happen(role: Role, habit: string): void {
    this.of(role, habit).happened++;
  }

  /** Planned, and never happened. */
  get missed(): string[] {
    return this.all.filter(({ planned, happened }) => planned > 0 && happened === 0).map(({ path }) => path);
  }

  get all(): { path: string; planned: number; happened: number }[] {
    return [...this.counts].map(([path, counts]) => ({ path, ...counts })).sort((a, b) => a.path.localeCompare(b.path));
  }

  private of(role: Role, habit: string): { planned: number; happened: number } {
    const path = `${role}: ${habit}`;
    const counts = this.counts.get(path) ?? { planned: 0, happened: 0 };
    this.counts.set(path, counts);
    return counts;
  }
}
