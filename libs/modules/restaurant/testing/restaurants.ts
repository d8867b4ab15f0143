/** The id of {@link aRestaurant}. */
export const dosaCorner = 'rst_01h455vb4pex5vsknk084sn0a1';

interface Differences {
  restaurantId?: string;
  open?: boolean;
  autopilot?: boolean;
  currency?: string;
  /** Dishes with the portions there are; all cost 9.50. */
  dishes?: Record<string, number>;
  more?: object;
}

/** A restaurant as its own JSON-LD file describes it. */
export function aRestaurant({
  restaurantId = dosaCorner,
  open = true,
  autopilot = false,
  currency = 'EUR',
  dishes = { dosa: 5, idli: 20 },
  more = {},
}: Differences = {}): object {
  const hasMenuItem = Object.entries(dishes).map(([name, value]) => ({
    '@type': 'MenuItem',
    name,
    offers: { price: '9.50', priceCurrency: currency, inventoryLevel: { value } },
  }));
  return {
    '@context': 'https://schema.org',
    '@type': 'Restaurant',
    '@id': `https://example.org/${restaurantId}`,
    name: 'Dosa Corner',
    currenciesAccepted: currency,
    geo: { latitude: 52.52, longitude: 13.405 },
    additionalProperty: [
      { name: 'open', value: open },
      { name: 'autopilot', value: autopilot },
    ],
    hasMenu: { '@type': 'Menu', hasMenuSection: { name: 'All', hasMenuItem } },
    ...more,
  };
}
