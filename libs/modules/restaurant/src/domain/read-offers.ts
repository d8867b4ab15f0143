import type { Modifier, Money, ModifierGroup } from '@thali/contracts';
import type { JsonLd } from './json-ld';
import { dearest } from './menu';
import { mayMeanThousands, priceExample, toMinorUnits } from './minor-units';
import { idOf, slug, tidy } from './slug';

/** What a dish costs, and in which sizes there is it. */
export interface Priced {
  /** Of the cheapest size. */
  readonly price: Money;
  readonly sizes: readonly ModifierGroup[];
}

/** Something in an offer that has a price of its own. */
interface Tag {
  readonly at: JsonLd;
  readonly name: string | undefined;
  readonly price: Money | undefined;
}

/** Reads prices in one currency; where that is unknown, it only looks whether there are any. */
export class OfferReader {
  constructor(private readonly currency: string | undefined) {}

  /** Whether nothing in these offers says what the dish costs. */
  isUnpriced(offers: readonly JsonLd[]): boolean {
    return offers.every((offer) => tagsOf(offer).every((tag) => isBlank(tag.one('price')) && !isAggregate(tag)));
  }

  /** The price of a dish; more offers than one are sizes, of which one is chosen. Undefined when there is something wrong with them. */
  read(offers: readonly JsonLd[]): Priced | undefined {
    const tags = offers.flatMap((offer) =>
      tagsOf(offer).map((at) => ({ at, name: nameOf(at, offer), price: this.price(at) })),
    );
    const [tag, ...more] = tags;
    if (!tag) return undefined;
    if (tag.price?.amount === 0) tag.at.at('price').complain('must be more than nothing');
    if (more.length === 0) return tag.price && { price: tag.price, sizes: [] };
    return readSizes(tags);
  }

  /** What an add-on costs: nothing, unless its offer says so. */
  extra(offer: JsonLd | undefined): Money | undefined {
    return offer ? this.price(tagsOf(offer)[0] ?? offer) : { amount: 0, currency: this.currency ?? 'XXX' };
  }

  private price(tag: JsonLd): Money | undefined {
    if (isAggregate(tag)) return this.aggregate(tag);
    const written = tag.need('price');
    return written === undefined ? undefined : this.amount(tag, 'price', written);
  }

  /** A range of prices is none that could be paid, unless it is from a price to the same price. */
  private aggregate(tag: JsonLd): Money | undefined {
    const [low, high] = [tag.need('lowPrice'), tag.one('highPrice')?.text];
    if (low === undefined) return undefined;
    if (high === low) return this.amount(tag, 'lowPrice', low);
    return tag.complain(
      `says only that it costs from ${low}${high === undefined ? '' : ` to ${high}`}: list each size as an Offer with a name and a price`,
    );
  }

  private amount(tag: JsonLd, property: string, written: string): Money | undefined {
    const { currency } = this;
    if (currency === undefined) return undefined;
    const named = tag.one('priceCurrency')?.text ?? currency;
    if (named !== currency)
      return tag.at('priceCurrency').complain(`"${named}" is not the currency of the restaurant, ${currency}`);
    const at = tag.at(property);
    if (mayMeanThousands(written, currency))
      return at.complain(
        `${at} may mean ${written.replace('.', '')} or ${Number(written)} ${currency}: write it without a dot between thousands`,
      );
    const amount = toMinorUnits(written, currency);
    if (amount !== undefined && amount <= dearest) return { amount, currency };
    return at.complain(`${at} is not a price such as ${priceExample(currency)} in ${currency}`);
  }
}

/** A group of which exactly one is taken: by default the cheapest, whose price is that of the dish. */
function readSizes(tags: readonly Tag[]): Priced | undefined {
  const named = tags.map(({ at, name, price }) => {
    if (name === undefined) at.at('name').complain('is missing: which of the sizes is it?');
    return name === undefined || price === undefined ? undefined : { at, name, price };
  });
  if (!named.every((tag) => tag !== undefined)) return undefined;
  const price = named.map((tag) => tag.price).reduce((least, one) => (one.amount < least.amount ? one : least));
  const sizes = named.map((tag): Modifier => {
    const modifierId = idOf(tag.at) ?? slug(tag.name);
    return { modifierId, name: tag.name, price: { ...price, amount: tag.price.amount - price.amount } };
  });
  named.forEach(({ at, name }, n) => {
    if (sizes.findIndex(({ modifierId }) => modifierId === sizes[n]?.modifierId) !== n)
      at.complain(`"${name}" is there twice`);
  });
  const [first, ...more] = sizes;
  const cheapest = sizes.find((size) => size.price.amount === 0);
  if (!first || !cheapest) return undefined;
  const defaults = [cheapest.modifierId];
  return {
    price,
    sizes: [{ groupId: 'size', name: 'Size', min: 1, max: 1, defaults, modifiers: [first, ...more] }],
  };
}

/** Where an offer's prices stand: in itself, in the offers of an `AggregateOffer`, or in its `priceSpecification`. */
function tagsOf(offer: JsonLd): JsonLd[] {
  const inner = offer.all('offers');
  if (inner.length > 0) return inner.flatMap(tagsOf);
  const specifications = offer.all('priceSpecification').filter((one) => !isBlank(one.one('price')));
  return isBlank(offer.one('price')) && specifications.length > 0 ? specifications : [offer];
}

function nameOf(tag: JsonLd, offer: JsonLd): string | undefined {
  const text = tag.one('name')?.text ?? offer.one('name')?.text ?? tag.one('description')?.text;
  return text === undefined ? undefined : tidy(text);
}

function isAggregate(tag: JsonLd): boolean {
  return isBlank(tag.one('price')) && (tag.one('lowPrice') !== undefined || tag.one('highPrice') !== undefined);
}

function isBlank(price: JsonLd | undefined): boolean {
  return price?.text === undefined;
}
