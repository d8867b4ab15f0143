import type { Database } from '@thali/kit/postgres';
import { CourierRepository, type NewCourier } from './courier.repository';

const cities = [
  {
    centre: { lat: 52.52, lon: 13.405 },
    names:
      'Mira Jonas Aylin Emil Lotte Kwame Nadia Ben Yasmin Oskar Thea Malik Ida Felix Zeynep Karl Amara Paul Sofia Levi'.split(
        ' ',
      ),
  },
  {
    centre: { lat: 12.9716, lon: 77.5946 },
    names:
      'Asha Ravi Meera Arjun Divya Kiran Lakshmi Suresh Priya Vikram Anita Rahul Kavya Imran Deepa Naveen Fatima Joseph Sunita Gopal'.split(
        ' ',
      ),
  },
];

/** The first of each city is off shift and not on autopilot, for a reader who wants to play the courier; the others are on autopilot. */
export const couriersOfSeed: readonly NewCourier[] = cities.flatMap(({ centre, names }, city) =>
  names.map((name, index) => ({
    courierId: `cou_00seed${String(city * names.length + index + 1).padStart(20, '0')}`,
    name,
    location: around(centre, index),
    capacity: 3,
    autopilot: index > 0,
  })),
);

/** Adds couriers to play with. Again: changes nothing. */
export function seedCouriers(db: Database): Promise<void> {
  const couriers = new CourierRepository();
  return db.transaction(async (tx) => {
    await Promise.all(couriersOfSeed.map((courier) => couriers.add(tx, courier, courier.autopilot)));
  });
}

/** Evenly scattered over some 4 km, like the seeds of a sunflower: each a golden angle further and a little farther out. */
function around({ lat, lon }: NewCourier['location'], index: number): NewCourier['location'] {
  const goldenAngle = Math.PI * (3 - Math.sqrt(5));
  const km = Math.sqrt(index + 0.5);
  const degrees = km / 111;
  const north = degrees * Math.sin(index * goldenAngle);
  const east = (degrees * Math.cos(index * goldenAngle)) / Math.cos((lat * Math.PI) / 180);
  return { lat: round(lat + north), lon: round(lon + east) };
}

/** To about a metre. */
function round(degrees: number): number {
  return Math.round(degrees * 1e5) / 1e5;
}
