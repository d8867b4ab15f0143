/**
 * Texts that are alike but for what is different from order to order: its ids, its times, its customer. What is different becomes a
 * hole, and a text with holes becomes an SQL expression over a row of clones, which fills them.
 */

/** One that is an id, or a time, of the order it was found in. */
interface Hole {
  /** A column of the clones. */
  readonly column: string;
  /** What fills it, computed once per clone of `shift_ms`, `shift`, `hex` and `letters`. */
  readonly sql: string;
}

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;
const typeId = /(?<=(?<![a-z])(?!(?:rst|cou)_)[a-z]+_)[0-7][0-9a-hjkmnp-tv-z]{25}\b/;
const time = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)/;

const letters = '0123456789abcdefghjkmnpqrstvwxyz';

/** The ids of the text that belong to an order, rather than to a restaurant or a courier. Without their prefixes. */
export function ownIdsIn(text: string): string[] {
  return text.match(new RegExp(typeId, 'g')) ?? [];
}

/** The moment that a TypeID (without its prefix) begins with, in milliseconds since 1970. */
export function momentOf(id: string): number {
  return Array.from(id.slice(0, 10)).reduce((sum, letter) => sum * 32 + letters.indexOf(letter), 0);
}

/** All the holes of one order: the same text is the same hole, wherever it stands. */
export class Holes {
  private readonly found = new Map<string, Hole>();
  private readonly pattern: RegExp;

  constructor(private readonly customerId: string) {
    const customer = customerId.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    this.pattern = new RegExp([customer, uuid.source, typeId.source, time.source].join('|'), 'g');
  }

  /** An SQL expression that makes the text for the clone `c`. */
  expressionOf(text: string): string {
    const parts: string[] = [];
    let at = 0;
    for (const match of text.matchAll(this.pattern)) {
      if (match.index > at) parts.push(quote(text.slice(at, match.index)));
      parts.push(`c.${this.holeOf(match[0]).column}`);
      at = match.index + match[0].length;
    }
    if (at < text.length || parts.length === 0) parts.push(quote(text.slice(at)));
    return parts.join(' || ');
  }

  /** What was found so far, for the table of clones. */
  get columns(): readonly Hole[] {
    return [...this.found.values()];
  }

  private holeOf(text: string): Hole {
    let hole = this.found.get(text);
    if (!hole) {
      hole = { column: `h${this.found.size}`, sql: this.filling(text) };
      this.found.set(text, hole);
    }
    return hole;
  }

  private filling(text: string): string {
    if (text === this.customerId) return 'customer';
    if (uuid.test(text)) return uuidFilling(text);
    if (time.test(text)) return timeFilling(text);
    return typeIdFilling(text);
  }
}

/** Its time is shifted, its order among others of the same millisecond is kept, and the rest is the number of the clone. */
function uuidFilling(text: string): string {
  if (text[14] !== '7') return `${quote(text.slice(0, 28))} || hex`;
  const moment = `lpad(to_hex(${Number.parseInt(text.slice(0, 8) + text.slice(9, 13), 16)} + shift_ms), 12, '0')`;
  return `left(${moment}, 8) || '-' || right(${moment}, 4) || ${quote(text.slice(13, 28))} || hex`;
}

function typeIdFilling(text: string): string {
  return `${lettersOf(`${momentOf(text)} + shift_ms`, 10)} || ${quote(text.slice(10, 19))} || letters`;
}

function timeFilling(text: string): string {
  const [format, zone] = text.endsWith('Z') ? ['MS', 'Z'] : ['US', '+00:00'];
  return `to_char(timestamptz ${quote(text)} + shift, 'YYYY-MM-DD"T"HH24:MI:SS.${format}') || '${zone}'`;
}

/** SQL that writes a number in base 32. See https://github.com/jetify-com/typeid. */
export function lettersOf(number: string, digits: number): string {
  const letterAt = (n: number) => `substr('${letters}', (((${number}) >> ${5 * (digits - 1 - n)}) & 31)::int + 1, 1)`;
  return Array.from({ length: digits }, (_, n) => letterAt(n)).join(' || ');
}

export function quote(text: string): string {
  return text.includes('\\')
    ? `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
    : `'${text.replaceAll("'", "''")}'`;
}
