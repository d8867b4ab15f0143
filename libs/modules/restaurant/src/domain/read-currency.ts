import type { JsonLd } from './json-ld';
import { isCurrency } from './minor-units';

/**
 * The currency of a restaurant's prices: of those in `currenciesAccepted` the first that a price is in, or else the first that a price is in.
 * @param menus where its prices are.
 */
export function readCurrency(restaurant: JsonLd, menus: readonly JsonLd[]): string | undefined {
  const accepted = restaurant.all('currenciesAccepted').flatMap(({ text }) => text?.split(/[\s,;]+/) ?? []);
  const known = accepted.filter(isCurrency);
  const named = new Set(menus.flatMap((menu) => currenciesIn(menu)).filter(isCurrency));
  const currency = known.find((code) => named.has(code)) ?? known[0];
  if (currency !== undefined) return currency;
  const [code] = accepted;
  if (code !== undefined)
    return restaurant.at('currenciesAccepted').complain(`"${code}" is not an ISO 4217 code such as EUR`);
  const [first] = named;
  return first ?? restaurant.at('currenciesAccepted').complain('is missing, and no price names its currency');
}

/** Every `priceCurrency` in a menu or a part of one, in order. */
function currenciesIn(part: JsonLd): string[] {
  const own = part.one('priceCurrency')?.text;
  const parts = ['offers', 'priceSpecification', 'hasMenuItem', 'hasMenuSection', 'menuAddOn'].flatMap((property) =>
    part.all(property),
  );
  return [...(own === undefined ? [] : [own]), ...parts.flatMap(currenciesIn)];
}
