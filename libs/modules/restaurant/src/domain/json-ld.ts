import { storableText, toStorable } from '@thali/kit/core';

/** What is wrong with a document, and where: a JSON path such as `$.hasMenu.hasMenuSection[1].name`. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

/** A parsed JSON-LD document, and the file that it comes from. */
export interface NamedDocument {
  readonly name: string;
  readonly value: unknown;
}

/** What reading a document has brought to light beside its restaurants. */
export interface Findings {
  readonly problems: Problem[];
  /** What was left out or assumed. It keeps nothing from being imported. */
  readonly notes: Problem[];
  /** The names of those other documents that this one refers to. */
  readonly used: Set<string>;
}

interface Context extends Findings {
  readonly byId: Map<string, JsonLd>;
}

/** Means the same in every document: not `#menu`, not `_:b0`. */
const absoluteId = /^(?!_:)\w[\w+.-]*:/;

/**
 * A value in a JSON-LD document that speaks schema.org, with its place. It evens out what JSON-LD leaves to the author: one value or an
 * array of them, the thing itself or a reference to it (`{ "@id": "#soup" }`), `name` or `schema:name`, a text or `{ "@value": … }`.
 */
export class JsonLd {
  private constructor(
    readonly value: unknown,
    readonly path: string,
    private readonly context: Context,
    /** The ids of the things it is in. */
    private readonly within: readonly string[],
    /** The other document that it is in, if it is. */
    private readonly source?: string,
  ) {}

  /**
   * The things at the top of a document: a lone one, an array, or a `@graph`. What is found out about any of them is added to `findings`.
   *
   * @param others documents that this one may refer to, by absolute ids.
   */
  static read(document: unknown, findings: Findings, others: readonly NamedDocument[] = []): JsonLd[] {
    const context = { ...findings, byId: new Map<string, JsonLd>() };
    const things = new JsonLd(document, '$', context, []).things();
    for (const thing of things) thing.index();
    for (const { name, value } of others)
      for (const thing of new JsonLd(value, `${name}: $`, context, [], name).things()) thing.index();
    return things;
  }

  /** Every value of a property, however many there are. */
  all(property: string): JsonLd[] {
    const key = [
      property,
      `schema:${property}`,
      `https://schema.org/${property}`,
      `http://schema.org/${property}`,
    ].find((name) => this.raw(name) !== undefined);
    if (key === undefined) return [];
    return this.child(key)
      .flat()
      .map((value) => value.resolved());
  }

  /** The first value of a property. */
  one(property: string): JsonLd | undefined {
    return this.all(property)[0];
  }

  /** Whether it is of one of these types. */
  is(...types: readonly string[]): boolean {
    return [this.raw('@type')].flat().some((type) => typeof type === 'string' && types.includes(localName(type)));
  }

  get id(): string | undefined {
    const id = this.raw('@id');
    return typeof id === 'string' && id !== '' ? this.storable(id) : undefined;
  }

  /** As a text or number is written; undefined when it is neither. */
  get text(): string | undefined {
    const value = this.raw('@value') ?? this.value;
    if (typeof value === 'number') return String(value);
    return typeof value === 'string' && value.trim() !== '' ? this.storable(value.trim()) : undefined;
  }

  /** What a link leads to, if one of the documents holds it. */
  get target(): JsonLd | undefined {
    const link = this.text ?? this.one('url')?.text ?? this.id;
    const target = link === undefined ? undefined : this.context.byId.get(link);
    return target && target.value !== this.value ? this.as(target) : undefined;
  }

  /** The text of a property; a problem when it is missing. */
  need(property: string): string | undefined {
    const text = this.one(property)?.text;
    if (text === undefined) this.at(property).complain('is missing');
    return text;
  }

  /** Where a property is, or should be. */
  at(property: string): JsonLd {
    return this.one(property) ?? this.child(property);
  }

  /** Notes that something is wrong here, once. */
  complain(message: string): undefined {
    add(this.context.problems, { path: this.path, message });
  }

  /** Notes that something here was left out or assumed. */
  note(message: string): undefined {
    add(this.context.notes, { path: this.path, message });
  }

  /** The value as it stands in the document, shortened. */
  toString(): string {
    const characters = Array.from(JSON.stringify(this.value) ?? 'nothing');
    return characters.length > 60 ? `${characters.slice(0, 57).join('')}…` : characters.join('');
  }

  private things(): JsonLd[] {
    return this.flat().flatMap((thing) => (thing.raw('@graph') === undefined ? [thing] : thing.child('@graph').flat()));
  }

  private storable(text: string): string {
    if (storableText.test(text)) return text;
    this.complain('holds a character that cannot be stored: U+0000, or half a character (a lone surrogate)');
    return toStorable(text);
  }

  private raw(key: string): unknown {
    return typeof this.value === 'object' && this.value !== null
      ? (this.value as Record<string, unknown>)[key]
      : undefined;
  }

  private child(key: string): JsonLd {
    const path = /^[A-Za-z_]\w*$/.test(key) ? `${this.path}.${key}` : `${this.path}[${JSON.stringify(key)}]`;
    return new JsonLd(
      this.raw(key),
      path,
      this.context,
      this.id === undefined ? this.within : [...this.within, this.id],
      this.source,
    );
  }

  private flat(): JsonLd[] {
    if (!Array.isArray(this.value)) return [this];
    return this.value.map(
      (value, n) => new JsonLd(value, `${this.path}[${n}]`, this.context, this.within, this.source),
    );
  }

  /** What a bare reference refers to, if the documents hold it. */
  private resolved(): JsonLd {
    if (this.id === undefined || Object.keys(this.value as object).some((key) => !key.startsWith('@'))) return this;
    const target = this.context.byId.get(this.id);
    if (!target || target.value === this.value) return this;
    if (!this.within.includes(this.id)) return this.as(target);
    this.complain(`"${this.id}" would contain itself`);
    return this.child('@id');
  }

  /** The target, in the place of this. */
  private as(target: JsonLd): JsonLd {
    if (target.source !== undefined) this.context.used.add(target.source);
    return new JsonLd(target.value, target.path, this.context, this.within, target.source);
  }

  /** Makes everything in here that has an `@id` and says more than that known by it, and menus by their `url`. What comes first counts. */
  private index(): void {
    if (typeof this.value !== 'object' || this.value === null) return;
    const { byId } = this.context;
    const names = Object.keys(this.value).some((key) => !key.startsWith('@'))
      ? [this.raw('@id'), this.is('Menu') ? this.raw('url') : undefined]
      : [];
    for (const name of names.filter((name) => typeof name === 'string'))
      if (!byId.has(name) && (this.source === undefined || absoluteId.test(name))) byId.set(name, this);
    for (const key of Object.keys(this.value)) {
      for (const value of this.child(key).flat()) value.index();
    }
  }
}

function add(findings: Problem[], { path, message }: Problem): void {
  if (!findings.some((known) => known.path === path && known.message === message)) findings.push({ path, message });
}

/** `Monday` of `https://schema.org/Monday` and `schema:Monday`. */
export function localName(iri: string): string {
  return iri.replace(/^(https?:\/\/schema\.org\/|schema:)/, '');
}
