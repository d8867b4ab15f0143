/** What is wrong with a document, and where: a JSON path such as `$.hasMenu.hasMenuSection[1].name`. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

/**
 * A value in a JSON-LD document that speaks schema.org, with its place. It evens out what JSON-LD leaves to the author: one value or an
 * array of them, the thing itself or a reference to it (`{ "@id": "#soup" }`), `name` or `schema:name`, a text or `{ "@value": … }`.
 */
export class JsonLd {
  private constructor(
    readonly value: unknown,
    readonly path: string,
    private readonly document: { readonly byId: ReadonlyMap<string, JsonLd>; readonly problems: Problem[] },
    /** The ids of the things it is in. */
    private readonly within: readonly string[],
  ) {}

  /** The things at the top of a document: a lone one, an array, or a `@graph`. What is wrong with any of them is added to `problems`. */
  static read(document: unknown, problems: Problem[]): JsonLd[] {
    const byId = new Map<string, JsonLd>();
    const root = new JsonLd(document, '$', { byId, problems }, []);
    const things = root
      .flat()
      .flatMap((thing) => (thing.raw('@graph') === undefined ? [thing] : thing.child('@graph').flat()));
    for (const thing of things) thing.index(byId);
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
    return typeof id === 'string' && id !== '' ? id : undefined;
  }

  /** As a text or number is written; undefined when it is neither. */
  get text(): string | undefined {
    const value = this.raw('@value') ?? this.value;
    if (typeof value === 'number') return String(value);
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
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

  /** Notes that something is wrong here. */
  complain(message: string): undefined {
    this.document.problems.push({ path: this.path, message });
  }

  /** The value as it stands in the document, shortened. */
  toString(): string {
    const text = JSON.stringify(this.value) ?? 'nothing';
    return text.length > 60 ? `${text.slice(0, 57)}…` : text;
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
      this.document,
      this.id === undefined ? this.within : [...this.within, this.id],
    );
  }

  private flat(): JsonLd[] {
    if (!Array.isArray(this.value)) return [this];
    return this.value.map((value, n) => new JsonLd(value, `${this.path}[${n}]`, this.document, this.within));
  }

  /** What a bare reference refers to, if the document holds it. */
  private resolved(): JsonLd {
    if (this.id === undefined || Object.keys(this.value as object).length > 1) return this;
    const target = this.document.byId.get(this.id);
    if (!target) return this;
    if (!this.within.includes(this.id)) return new JsonLd(target.value, target.path, this.document, this.within);
    this.complain(`"${this.id}" would contain itself`);
    return this.child('@id');
  }

  /** Remembers everything in here that has an `@id` and says more than that. */
  private index(byId: Map<string, JsonLd>): void {
    if (typeof this.value !== 'object' || this.value === null) return;
    if (this.id !== undefined && Object.keys(this.value).length > 1 && !byId.has(this.id)) byId.set(this.id, this);
    for (const key of Object.keys(this.value)) {
      for (const value of this.child(key).flat()) value.index(byId);
    }
  }
}

/** `Monday` of `https://schema.org/Monday` and `schema:Monday`. */
export function localName(iri: string): string {
  return iri.replace(/^(https?:\/\/schema\.org\/|schema:)/, '');
}
