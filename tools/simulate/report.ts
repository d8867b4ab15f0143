import type { Outcome } from './simulation';
import type { Timeline } from './timeline';

/** What a run has come to, for a person to read. */
export function reportOutcome({ endings, tookMs, paths }: Outcome, timelines: readonly Timeline[]): string {
  const placed = endings.flatMap(({ placedInMs }) => placedInMs ?? []);
  const over = endings.filter(({ outcome }) => outcome === 'delivered' || outcome === 'cancelled').length;
  return [
    'Outcomes',
    ...countBy(
      endings.map(({ outcome, reason }) => (outcome === 'delivered' ? outcome : `${outcome}: ${inGeneral(reason)}`)),
    ),
    '',
    'Paths (happened / planned)',
    ...paths.all.map(({ path, happened, planned }) => row(`${happened} / ${planned}`, path)),
    '',
    `${((over / tookMs) * 1_000).toFixed(1)} orders per second: ${over} in ${(tookMs / 1_000).toFixed(1)} s`,
    `POST to 202        ${quantiles(placed)}`,
    `placed → confirmed ${quantiles(timelines.flatMap(({ confirmedInMs }) => confirmedInMs ?? []))}`,
    `placed → delivered ${quantiles(timelines.flatMap(({ deliveredInMs }) => deliveredInMs ?? []))}`,
  ].join('\n');
}

/** The most frequent first. */
function countBy(things: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const thing of things) counts.set(thing, (counts.get(thing) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([thing, count]) => row(String(count), thing));
}

function row(number: string, text: string): string {
  return `${number.padStart(12)}  ${text}`;
}

/** A reason without what differs from order to order: which dish, which bank. */
function inGeneral(reason = 'for no reason'): string {
  return reason.replace(/:.*/s, '').replace(/\.$/, '');
}

function quantiles(milliseconds: readonly number[]): string {
  if (milliseconds.length === 0) return 'nothing to measure';
  const sorted = [...milliseconds].sort((a, b) => a - b);
  const at = (share: number) =>
    `${Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0)} ms`;
  return `p50 ${at(0.5).padStart(9)}   p99 ${at(0.99).padStart(9)}   of ${sorted.length}`;
}
