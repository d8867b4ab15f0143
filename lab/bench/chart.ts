import type { Letter } from './contestants/contestant';
import type { Waits } from './contestants/thali';
import type { Latency, Rate, Report } from './report';

const width = 900;
const left = 330;
const right = 90;
const rowHeight = 26;
const barHeight = 16;
const ink = '#292524';
const faint = '#78716c';
const colours: Readonly<Record<Letter, string>> = { a: '#d97706', b: '#0d9488', c: '#a8a29e', d: '#d6d3d1' };
const waits: readonly { what: keyof Waits; name: string; colour: string }[] = [
  { what: 'answered', name: 'POST → 202', colour: '#0284c7' },
  { what: 'confirmed', name: '→ confirmed', colour: '#d97706' },
  { what: 'delivered', name: '→ delivered', colour: '#9333ea' },
];

/** The report as a picture: one SVG that needs nothing else. */
export function drawChart(report: Report): string {
  const canvas = new Canvas();
  const goals = [...new Set(report.rates.map(({ goal }) => goal))];
  const most = Math.max(...report.rates.map(({ ordersPerSecond }) => ordersPerSecond.max));
  canvas.title('Orders per second at full load', 'median of the rounds; the line is from the worst to the best');
  for (const goal of goals) {
    canvas.heading(`until ${goal}`);
    const rates = report.rates.filter((rate) => rate.goal === goal);
    rates.sort((one, other) => other.ordersPerSecond.median - one.ordersPerSecond.median);
    for (const rate of rates) drawRate(canvas, rate, most);
  }
  if (report.latencies.length > 0) drawLatencies(canvas, report.latencies);
  const { cores, node, postgres } = report.machine;
  canvas.note(`${report.measuredAt.slice(0, 10)}, ${cores} cores, Node ${node}, PostgreSQL ${postgres}, fsync on`);
  return canvas.finish();
}

function drawRate(canvas: Canvas, { letter, name, ordersPerSecond }: Rate, most: number): void {
  const { median, min, max } = ordersPerSecond;
  const at = (value: number) => left + (value / most) * (width - left - right);
  const y = canvas.row(`(${letter}) ${name}`);
  canvas.add(
    `<rect x="${left}" y="${y - barHeight / 2}" width="${round(at(median) - left)}" height="${barHeight}" rx="3" fill="${colours[letter]}"/>`,
  );
  canvas.line(at(min), at(max), y, ink, 1.5);
  canvas.text(at(max) + 8, y, median.toFixed(0), ink, 'font-weight="600"');
}

/** On a scale of powers of ten: what matters is how many times longer. */
function drawLatencies(canvas: Canvas, latencies: readonly Latency[]): void {
  const known = latencies.flatMap((latency) => waits.flatMap(({ what }) => latency.waits[what] ?? []));
  const lowest = Math.floor(Math.log10(Math.max(1, Math.min(...known.map(({ p50 }) => p50)))));
  const highest = Math.max(lowest + 1, Math.ceil(Math.log10(Math.max(...known.map(({ p99 }) => p99.median)))));
  const at = (ms: number) => left + ((Math.log10(ms) - lowest) / (highest - lowest)) * (width - left - right);
  canvas.title('How long customers wait who come at random', 'from the dot, half of them, to the bar, 99 of 100');
  let x = left;
  for (const { name, colour } of waits) {
    canvas.add(`<circle cx="${x}" cy="${canvas.y}" r="4" fill="${colour}"/>`);
    canvas.text(x + 9, canvas.y, name, faint);
    x += 120;
  }
  canvas.skip(18);
  const bottom = canvas.y + latencies.length * rowHeight;
  for (let power = lowest; power <= highest; power++) {
    const x = round(at(10 ** power));
    canvas.add(`<line x1="${x}" x2="${x}" y1="${canvas.y - 8}" y2="${bottom - 6}" stroke="#e7e5e4"/>`);
    canvas.text(x, bottom + 6, `${(10 ** power).toLocaleString('en')} ms`, faint, 'text-anchor="middle"');
  }
  for (const { letter, load, perSecond, waits: waited } of latencies) {
    const y = canvas.row(`(${letter}) at ${(load * 100).toFixed(0)} % load, ${perSecond.toFixed(0)} orders per second`);
    for (const [n, { what, colour }] of waits.entries()) {
      const wait = waited[what];
      if (wait) canvas.dumbbell(at(Math.max(1, wait.p50)), at(Math.max(1, wait.p99.median)), y + (n - 1) * 6, colour);
    }
  }
  canvas.skip(24);
}

/** Grows downwards, line by line. */
class Canvas {
  y = 20;
  private readonly parts: string[] = [];

  add(element: string): void {
    this.parts.push(element);
  }

  skip(height: number): void {
    this.y += height;
  }

  title(words: string, explanation: string): void {
    this.skip(18);
    this.text(20, this.y, words, ink, 'font-size="17" font-weight="600"');
    this.skip(20);
    this.text(20, this.y, explanation, faint);
    this.skip(24);
  }

  heading(words: string): void {
    this.text(20, this.y, words, ink, 'font-weight="600"');
    this.skip(24);
  }

  /** @returns the middle of the row. */
  row(label: string): number {
    const { y } = this;
    this.text(left - 12, y, label, ink, 'text-anchor="end"');
    this.skip(rowHeight);
    return y;
  }

  note(words: string): void {
    this.skip(6);
    this.text(20, this.y, words, faint, 'font-size="11"');
    this.skip(18);
  }

  line(from: number, to: number, y: number, colour: string, thickness: number): void {
    this.add(
      `<line x1="${round(from)}" x2="${round(to)}" y1="${y}" y2="${y}" stroke="${colour}" stroke-width="${thickness}"/>`,
    );
  }

  dumbbell(from: number, to: number, y: number, colour: string): void {
    this.line(from, to, y, colour, 2);
    this.add(`<circle cx="${round(from)}" cy="${y}" r="3.5" fill="${colour}"/>`);
    this.add(`<rect x="${round(to) - 1.5}" y="${y - 4}" width="3" height="8" fill="${colour}"/>`);
  }

  text(x: number, y: number, words: string, colour: string, more = ''): void {
    const safe = words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
    this.add(`<text x="${round(x)}" y="${y}" fill="${colour}" dy="0.35em" ${more}>${safe}</text>`);
  }

  finish(): string {
    const style = 'font-family="system-ui, -apple-system, Segoe UI, Roboto, sans-serif" font-size="13"';
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${this.y}" width="${width}" height="${this.y}" ${style}>`,
      `<rect width="${width}" height="${this.y}" rx="10" fill="#fffdf9"/>`,
      ...this.parts,
      '</svg>',
      '',
    ].join('\n');
  }
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
