import { groupOfExtras, type Modifier, type ModifierGroup } from '@thali/contracts';
import type { JsonLd } from './json-ld';
import type { Dish } from './menu';
import { faultOfName, longest } from './menu-text';
import { OfferReader } from './read-offers';
import { idOf, slug, tidy } from './slug';

interface PublishedDish extends Dish {
  /** How many there are, if the file says so. */
  readonly portions?: number;
  readonly available: boolean;
}

export interface PublishedSection {
  readonly name: string;
  readonly items: readonly PublishedDish[];
}

/** The menus of a restaurant that hold anything: `hasMenu` and, as it was called before, `menu`. Links count only where nothing else does. */
export function menusOf(restaurant: JsonLd): JsonLd[] {
  const given = [...restaurant.all('hasMenu'), ...restaurant.all('menu')];
  const menus = given.map((menu) => (holdsDishes(menu) ? menu : (menu.target ?? menu)));
  return menus.filter((menu, n) => holdsDishes(menu) && menus.findIndex(({ value }) => value === menu.value) === n);
}

function holdsDishes(menu: JsonLd): boolean {
  return menu.one('hasMenuSection') !== undefined || menu.one('hasMenuItem') !== undefined;
}

/**
 * The sections of all menus of a restaurant, those within sections included, each with its dishes.
 * @param skipUnpriced leaves out dishes without a price, and notes them.
 */
export function readMenu(
  restaurant: JsonLd,
  menus: readonly JsonLd[],
  currency: string | undefined,
  skipUnpriced: boolean,
): PublishedSection[] {
  const reader = new MenuReader(new OfferReader(currency), skipUnpriced);
  const sections = menus.flatMap((menu) => reader.sections(menu, menu, ''));
  if (sections.length > 0 || reader.foundFaults) return sections;
  const links = [...restaurant.all('hasMenu'), ...restaurant.all('menu')].filter(isLink);
  for (const link of links) link.complain(`${link} is a link; the menu itself must be in the file`);
  if (links.length === 0) restaurant.at('hasMenu').complain('holds no dish');
  return [];
}

function isLink(menu: JsonLd): boolean {
  return !holdsDishes(menu) && (menu.text ?? menu.one('url') ?? menu.id) !== undefined;
}

/** Reads one restaurant's menus; remembers the dishes it has read, for no two may share an id. */
class MenuReader {
  /** Whether there were dishes about which something was wrong. */
  foundFaults = false;
  private readonly dishes = new Map<string, { readonly dish: PublishedDish; readonly menu: JsonLd }>();

  constructor(
    private readonly offers: OfferReader,
    private readonly skipUnpriced: boolean,
  ) {}

  /** A menu or section as a section, if it holds dishes itself; then those within it. */
  sections(part: JsonLd, menu: JsonLd, within: string): PublishedSection[] {
    const own = tidy(part.one('name')?.text ?? '');
    const name = [within, own].filter((part) => part !== '').join(' · ');
    checkName(part, name || 'Menu');
    const items = part
      .all('hasMenuItem')
      .map((item) => this.dish(item, menu, name))
      .filter((dish) => dish !== undefined);
    const inner = part
      .all('hasMenuSection')
      .flatMap((section) => this.sections(section, menu, part.is('Menu') ? '' : own));
    return items.length === 0 ? inner : [{ name: name || 'Menu', items }, ...inner];
  }

  /** Undefined when it has faults, is left out, or is listed already. */
  private dish(item: JsonLd, menu: JsonLd, section: string): PublishedDish | undefined {
    const offers = item.all('offers');
    if (this.skipUnpriced && this.offers.isUnpriced(offers))
      return item.note(`"${item.one('name')?.text ?? 'a dish without a name'}" has no price and is left out`);
    const written = item.need('name');
    const [offer] = offers;
    if (!offer) item.at('offers').complain('is missing: what does it cost?');
    const priced = this.offers.read(offers);
    const modifierGroups = [...(priced?.sizes ?? []), ...this.addOns(item)];
    const [portions, description] = [offer && readPortions(offer), readDescription(item)];
    this.foundFaults ||= written === undefined || !offer || !priced;
    if (written === undefined || !offer || !priced) return undefined;
    const name = tidy(written);
    checkName(item.at('name'), name);
    const { price } = priced;
    const dish = { name, ...(description && { description }), price, modifierGroups };
    return this.list(item, menu, section, {
      ...dish,
      ...(portions !== undefined && { portions }),
      available: offers.some(isOffered),
    });
  }

  /** Add-ons in a section are a group of its name; each may be taken or left. */
  private addOns(item: JsonLd): ModifierGroup[] {
    const groups = new Map<string, Modifier[]>();
    const seen = new Set<string>();
    for (const addOn of item.all('menuAddOn')) {
      const name = (addOn.is('MenuSection') && tidy(addOn.one('name')?.text ?? '')) || 'Extras';
      checkName(addOn, name);
      const modifiers = (addOn.is('MenuSection') ? addOn.all('hasMenuItem') : [addOn]).flatMap((one) =>
        this.addOn(one, seen),
      );
      groups.set(name, [...(groups.get(name) ?? []), ...modifiers]);
    }
    return [...groups].flatMap(([name, modifiers]) => groupOfExtras(modifiers, name, slug(name) || 'extras'));
  }

  /** @param seen the ids of the add-ons before it. */
  private addOn(addOn: JsonLd, seen: Set<string>): Modifier[] {
    const written = addOn.need('name');
    const price = this.offers.extra(addOn.one('offers'));
    if (written === undefined || price === undefined) return [];
    const name = tidy(written);
    checkName(addOn.at('name'), name);
    const modifierId = idOf(addOn) ?? slug(name);
    if (seen.has(modifierId)) addOn.complain(`"${name}" is there twice`);
    seen.add(modifierId);
    return [{ modifierId, name, price }];
  }

  /** With its own id, or else one made of its name; of section and name for a second dish of that name. A dish on several menus is listed once. */
  private list(
    item: JsonLd,
    menu: JsonLd,
    section: string,
    dish: Omit<PublishedDish, 'itemId'>,
  ): PublishedDish | undefined {
    const own = idOf(item);
    const ids = own === undefined ? [slug(dish.name), slug(`${section} ${dish.name}`)] : [own];
    for (const itemId of ids.filter((id) => id !== '')) {
      const listed = this.dishes.get(itemId);
      if (!listed) {
        this.dishes.set(itemId, { dish: { itemId, ...dish }, menu });
        return { itemId, ...dish };
      }
      const same = JSON.stringify(listed.dish) === JSON.stringify({ itemId, ...dish });
      if (same && (own !== undefined || listed.menu.value !== menu.value)) return undefined;
    }
    return ids.every((id) => id === '')
      ? item.complain('has no letters to make an id of: give it an "@id" or identifier')
      : item.complain(`"${own ?? dish.name}" is on the menu twice, and not the same`);
  }
}

function checkName(at: JsonLd, name: string): void {
  const fault = faultOfName(name);
  if (fault) at.complain(fault);
}

function readDescription(item: JsonLd): string | undefined {
  const at = item.one('description');
  if (at?.text !== undefined && at.text.length > longest.description)
    return at.complain(`must not be longer than ${longest.description} characters`);
  return at?.text;
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
