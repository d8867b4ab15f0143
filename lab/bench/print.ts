import type { Cost, Role } from './measure';
import type { Latency, Rate, Ratio, Report } from './report';

/** The report as Markdown tables, which can be read as they are, too. */
export function printReport({
  measuredAt,
  machine,
  rounds,
  anOrder,
  rates,
  ratios,
  latencies,
  verdicts,
}: Report): string {
  const goals = [...new Set(rates.map(({ goal }) => goal))];
  return [
    `Measured ${measuredAt.slice(0, 10)} on ${machine.cores} cores (${machine.cpu}), Node ${machine.node}, PostgreSQL ${machine.postgres};`,
    `${rounds} ${rounds === 1 ? 'round' : 'rounds'}: medians, and from the worst round to the best.`,
    ...Object.entries(anOrder).map(
      ([goal, { transactions, statements, rows }]) =>
        `An order that is ${goal} is ${transactions} transactions, ${statements} statements and ${rows} rows to (c) and (d).`,
    ),
    ...goals.flatMap((goal) => [
      '',
      ...table(
        [`to ${goal}`, 'at once', 'orders/s', 'CPU ms per order', 'commits', 'transactions', 'WAL KiB'],
        rates.filter((rate) => rate.goal === goal).map(rateRow),
      ),
      '',
      ...table(['ratio', goal, 'target', ''], ratios.filter((ratio) => ratio.goal === goal).map(ratioRow)),
    ]),
    ...(latencies.length === 0
      ? []
      : [
          '',
          ...table(
            ['customers come at random', 'orders/s', 'POST → 202', '→ confirmed', '→ delivered', 'refused'],
            latencies.map(latencyRow),
          ),
          '',
          ...latencies.filter(({ letter, load }) => letter === 'a' && load === 0.5).map(compareLatency),
        ]),
    '',
    ...verdicts.map(
      ({ letter, summary, orders, undelivered }) =>
        `(${letter}) ${orders} orders, ${undelivered} of them not delivered. ${summary}.`,
    ),
  ].join('\n');
}

function rateRow({ letter, name, level, ordersPerSecond: { median, min, max }, cost }: Rate): string[] {
  const rate = `${whole(median)} (${whole(min)}–${whole(max)})`;
  return [
    `(${letter}) ${name}`,
    `${level}`,
    rate,
    cpu(cost),
    few(cost.writes),
    few(cost.transactions),
    few(cost.walBytes / 1_024),
  ];
}

function cpu({ cpuMs }: Cost): string {
  if (!cpuMs) return 'unknown';
  const roles = Object.entries(cpuMs) as [Role, number][];
  const total = roles.filter(([role]) => role !== 'customers').reduce((sum, [, ms]) => sum + ms, 0);
  return `${total.toFixed(1)}: ${roles.map(([role, ms]) => `${role} ${ms.toFixed(1)}`).join(', ')}`;
}

function ratioRow({ of: [one, other], median, min, max, target }: Ratio): string[] {
  const spread = `${median.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`;
  return [`(${one}) / (${other})`, spread, `≥ ${target.toFixed(2)}`, median >= target ? 'reached' : 'missed'];
}

function latencyRow({ letter, load, perSecond, waits, refused }: Latency): string[] {
  const { answered, confirmed, delivered } = waits;
  const cells = [answered, confirmed, delivered].map((wait) =>
    wait ? `p50 ${few(wait.p50)}, p99 ${few(wait.p99.median)} (${few(wait.p99.min)}–${few(wait.p99.max)}) ms` : '–',
  );
  return [`(${letter}) at ${whole(load * 100)} % of its most`, whole(perSecond), ...cells, `${refused}`];
}

/** What should be so in one process at half load. */
function compareLatency({ waits: { answered, confirmed } }: Latency): string {
  const compare = (is: number | undefined, should: number) =>
    is !== undefined && is < should ? `reached (${is.toFixed(0)})` : `missed (${is?.toFixed(0)})`;
  return `At half load (a): p99 of POST → 202 below 25 ms ${compare(answered?.p99.median, 25)}, → confirmed below 150 ms ${compare(confirmed?.p99.median, 150)}.`;
}

function table(head: readonly string[], rows: readonly string[][]): string[] {
  if (rows.length === 0) return [];
  const widths = head.map((cell, n) => Math.max(cell.length, ...rows.map((row) => row[n]?.length ?? 0)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, n) => cell.padEnd(widths[n] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)];
}

function whole(value: number): string {
  return value.toFixed(0);
}

function few(value: number): string {
  return value.toFixed(value < 100 ? 1 : 0);
}
