import type { Asked } from '../audit/witness';
import type { Random } from './random';
import { scarceQuantity, type Item, type Restaurant, type Town } from './town';

/** How often people do what, in parts of a hundred. */
const habits = {
  card: { tok_visa: 86, tok_declined: 4, tok_twice: 3, tok_answer_lost: 3, tok_late: 2, tok_no_answer: 2 },
  sends: { once: 85, again: 6, 'twice at once': 6, 'again, changed': 3 },
  mood: { waits: 78, 'wants more': 6, 'cancels at once': 6, 'cancels while it is cooked': 6, 'cancels too late': 4 },
  dish: { 'from the menu': 94, 'the scarce dish': 6 },
  kitchen: { accepts: 78, rejects: 8, hesitates: 8, delays: 6 },
  courier: { brings: 72, declines: 12, 'says nothing': 2, 'gives up': 7, 'loses the meal': 7 },
} as const;

export type Role = keyof typeof habits;
export const roles = Object.keys(habits) as Role[];
type Habit<Name extends Role> = keyof (typeof habits)[Name];

/** What everybody is going to do about one order, if it comes to that. */
export interface Script {
  /** The Idempotency-Key of the order. */
  readonly key: string;
  readonly customerId: string;
  readonly asked: Asked;
  readonly card: Habit<'card'>;
  readonly sends: Habit<'sends'>;
  readonly mood: Habit<'mood'>;
  readonly dish: Habit<'dish'>;
  /** Whether the kitchen has a cook, rather than being on autopilot. */
  readonly hasCook: boolean;
  /** What the cook does. */
  readonly kitchen: Habit<'kitchen'>;
  /** What the first of our couriers does who is asked; whoever is asked after them brings it. */
  readonly courier: Habit<'courier'>;
}

/** Writes the scripts of a whole run. @param name of the run, so that keys and customers of two runs never meet. */
export function writeScripts(town: Town, orders: number, random: Random, name: string): Script[] {
  const cards = random.deal(habits.card, orders);
  const sends = random.deal(habits.sends, orders);
  const moods = random.deal(habits.mood, orders);
  const dishes = random.deal(habits.dish, orders);
  const kitchens = random.deal(habits.kitchen, orders);
  const couriers = random.deal(habits.courier, orders);
  return cards.map((card, at) => {
    const dish = dishes[at] ?? 'from the menu';
    const restaurant = dish === 'the scarce dish' ? town.scarce.restaurant : random.pick(town.restaurants);
    return {
      key: `${name}-${at + 1}`,
      customerId: `${name}-customer-${random.between(1, Math.ceil(orders / 3))}`,
      asked: writeWish(restaurant, dish === 'the scarce dish' ? town.scarce.item : undefined, random),
      card,
      sends: sends[at] ?? 'once',
      mood: moods[at] ?? 'waits',
      dish,
      hasCook: !restaurant.autopilot,
      kitchen: kitchens[at] ?? 'accepts',
      courier: couriers[at] ?? 'brings',
    };
  });
}

function writeWish({ restaurantId, location, items }: Restaurant, scarce: Item | undefined, random: Random): Asked {
  const some = random.shuffle(items).slice(0, random.between(1, 4));
  const lines = some.filter((item) => item !== scarce).map((item) => writeLine(item, random));
  return {
    restaurantId,
    lines: scarce ? [{ itemId: scarce.itemId, quantity: scarceQuantity }, ...lines] : lines,
    deliverTo: {
      address: `${random.pick(streets)} ${random.between(1, 99)}`,
      location: { lat: nearby(location.lat, random), lon: nearby(location.lon, random) },
    },
  };
}

function writeLine({ itemId, modifierGroups }: Item, random: Random): Asked['lines'][number] {
  const modifierIds = modifierGroups.flatMap(({ min, max, defaults, modifiers }) => {
    const least = defaults.length > 0 ? 0 : min;
    const count = random.between(least, Math.max(least, Math.min(max, 2)));
    const chosen = random.shuffle(modifiers.map(({ modifierId }) => modifierId)).slice(0, count);
    return chosen.length < min ? [] : chosen;
  });
  return { itemId, quantity: random.between(1, 3), ...(modifierIds.length > 0 && { modifierIds }) };
}

const streets = ['Lindenstraße', 'Torstraße', 'Kastanienallee', 'MG Road', '5th Cross', 'Church Street'];

/** Within some two kilometres, to about a metre. */
function nearby(degrees: number, random: Random): number {
  return Math.round((degrees + (random.next() - 0.5) * 0.04) * 1e5) / 1e5;
}
