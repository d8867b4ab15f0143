import type { Location } from '@thali/contracts';

export const saravanaBhavan: Location = { lat: 52.52, lon: 13.405 };

/** So many kilometres east of the restaurant. */
export function kmEast(km: number): Location {
  return {
    lat: saravanaBhavan.lat,
    lon: saravanaBhavan.lon + km / (111.195 * Math.cos((saravanaBhavan.lat * Math.PI) / 180)),
  };
}
