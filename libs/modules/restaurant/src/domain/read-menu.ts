import type { Modifier } from '@thali/contracts';
import type { JsonLd } from './json-ld';
import { dearest, type Dish } from './menu';
import { priceExample, toMinorUnits } from './minor-units';

interface PublishedDish extends Dish {
  /** How many there are, if the file says so. */
  readonly portions?: number;
  readonly available: boolean;
}

export interface PublishedSection {
  readonly name: string;
  readonly items: readonly PublishedDish[];
}

type Money = Dish['price'];

/** The sections of all menus of a restaurant, those within sections included, each with its dishes. */
export function readMenu(restaurant: JsonLd, currency: string): PublishedSection[] {
  const menus = [...restaurant.all('hasMenu'), ...restaurant.all('menu')];
  for (const menu of menus.filter(({ text }) => text !== undefined))
    menu.complain(`${menu} is a link; the menu itself must be in the file`);
  const reader = new MenuReader(currency);
  const sections = menus.filter(({ text }) => text === undefined).flatMap((menu) => reader.sections(menu, ''));
  if (sections.length === 0 && !reader.foundDishes) restaurant.at('hasMenu').complain('holds no dish');
  return sections;
}

/** Reads one restaurant's menu; remembers the ids it has given, for no two dishes may share one. */
class MenuReader {
  /** Also when nothing was right about them. */
  foundDishes = false;
  private readonly ids = new Set<string>();

  constructor(private readonly currency: string) {}

  /** A menu or section as a section, if it holds dishes itself; then those within it. */
  sections(part: JsonLd, within: string): PublishedSection[] {
    const own = part.one('name')?.text ?? '';
    const name = [within, own].filter((part) => part !== '').join(' · ');
    const items = part
      .all('hasMenuItem')
      .map((item) => this.dish(item, name))
      .filter((dish) => dish !== undefined);
    const inner = part.all('hasMenuSection').flatMap((section) => this.sections(section, part.is('Menu') ? '' : own));
    return items.length === 0 ? inner : [{ name: name || 'Menu', items }, ...inner];
  }

  private dish(item: JsonLd, section: string): PublishedDish | undefined {
    this.foundDishes = true;
    const name = item.need('name');
    const offers = item.all('offers');
    const [offer] = offers;
    if (!offer) return item.at('offers').complain('is missing: what does it cost?');
    const price = this.price(offer);
    if (price?.amount === 0) offer.at('price').complain('must be more than nothing');
    const sizes = offers.length > 1 ? this.sizes(offers) : [];
    const modifiers = [...sizes, ...this.addOns(item)];
    const [portions, description] = [readPortions(offer), item.one('description')?.text];
    if (name === undefined || price === undefined) return undefined;
    const itemId = this.newId(item, name, section);
    return {
      itemId,
      name,
      ...(description && { description }),
      price,
      modifiers,
      ...(portions !== undefined && { portions }),
      available: isOffered(offer),
    };
  }

  /** More offers than one are sizes: the first is the dish, each further one a modifier that costs the difference. */
  private sizes([first, ...others]: readonly JsonLd[]): Modifier[] {
    const base = first && this.price(first);
    return others.flatMap((offer) => {
      const [price, name] = [this.price(offer), offer.need('name')];
      if (!base || !price || name === undefined) return [];
      if (price.amount < base.amount)
        offer.at('price').complain('is less than that of the first offer: put the cheapest first');
      return [
        {
          modifierId: idOf(offer) ?? slug(name),
          name,
          price: { ...price, amount: Math.max(0, price.amount - base.amount) },
        },
      ];
    });
  }

  private addOns(item: JsonLd): Modifier[] {
    const addOns = item
      .all('menuAddOn')
      .flatMap((addOn) => (addOn.is('MenuSection') ? addOn.all('hasMenuItem') : [addOn]));
    const modifiers = addOns.flatMap((addOn): (Modifier & { from: JsonLd })[] => {
      const name = addOn.need('name');
      const offer = addOn.one('offers');
      const price = offer ? this.price(offer) : { amount: 0, currency: this.currency };
      return name === undefined || price === undefined
        ? []
        : [{ modifierId: idOf(addOn) ?? slug(name), name, price, from: addOn }];
    });
    return modifiers.map(({ from, ...modifier }, n) => {
      if (modifiers.findIndex(({ modifierId }) => modifierId === modifier.modifierId) !== n)
        from.complain(`"${modifier.name}" is there twice`);
      return modifier;
    });
  }

  private price(offer: JsonLd): Money | undefined {
    const currency = offer.one('priceCurrency')?.text ?? this.currency;
    if (currency !== this.currency)
      return offer
        .at('priceCurrency')
        .complain(`"${currency}" is not the currency of the restaurant, ${this.currency}`);
    const written = offer.need('price');
    if (written === undefined) return undefined;
    const amount = toMinorUnits(written, currency);
    if (amount !== undefined && amount <= dearest) return { amount, currency };
    const at = offer.at('price');
    return at.complain(`${at} is not a price such as ${priceExample(currency)} in ${currency}`);
  }

  /** Its own id, or else made of its name; of section and name for a second dish of that name. */
  private newId(item: JsonLd, name: string, section: string): string {
    const own = idOf(item);
    const id =
      own ?? [slug(name), slug(`${section} ${name}`)].find((candidate) => !this.ids.has(candidate)) ?? slug(name);
    if (id === '') item.complain('has no letters to make an id of: give it an "@id" or identifier');
    else if (this.ids.has(id)) item.complain(`"${own ?? name}" is on the menu twice`);
    this.ids.add(id);
    return id;
  }
}

/** `identifier`, or what tells its `@id` from others: `soup` of `https://example.org/menu#soup`. */
function idOf(thing: JsonLd): string | undefined {
  const identifier = thing.one('identifier');
  const written =
    identifier?.text ?? identifier?.one('value')?.text ?? thing.id?.split(/[/#]/).findLast((part) => part !== '');
  return written === undefined ? undefined : slug(written);
}

/** Lower case letters and digits of any script, joined by dashes; stays the same when done twice. */
function slug(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .split(/[^\p{L}\p{M}\p{N}_]+/u)
    .filter((part) => part !== '')
    .join('-')
    .slice(0, 80);
}

function readPortions(offer: JsonLd): number | undefined {
  const level = offer.one('inventoryLevel');
  const value = level?.text === undefined ? level?.at('value') : level;
  if (!value) return undefined;
  const portions = Number(value.text);
  if (value.text !== undefined && Number.isInteger(portions) && portions >= 0 && portions <= 1_000_000) return portions;
  return value.complain(`${value} is not a number of portions`);
}

function isOffered(offer: JsonLd): boolean {
  const availability = offer.one('availability');
  return !/(OutOfStock|SoldOut|Discontinued)$/.test(availability?.text ?? availability?.id ?? '');
}
