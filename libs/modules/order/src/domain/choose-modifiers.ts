import type { ModifierGroup } from '@thali/contracts';
import { DomainError } from '@thali/kit/core';

/** An item with what may be chosen about it. */
export interface Choosable {
  readonly name: string;
  readonly modifierGroups: readonly ModifierGroup[];
}

/**
 * What is taken of an item's modifiers: those that are named, each once, and of a group of which none is named the defaults.
 *
 * @param field of the request, for the refusal.
 * @throws {DomainError} `order.unknown-modifier`, `order.too-few-chosen` or `order.too-many-chosen` (invalid), naming the group.
 */
export function chooseModifiers(
  { name, modifierGroups }: Choosable,
  wanted: readonly string[],
  field: string,
): string[] {
  const named = [...new Set(wanted)];
  const unknown = named.find((id) => !modifierGroups.some((group) => has(group, id)));
  if (unknown !== undefined)
    throw new DomainError('order.unknown-modifier', 'invalid', `${field}: ${name} has no modifier ${unknown}.`, {
      field,
    });
  const chosen = withDefaults({ name, modifierGroups }, named);
  for (const group of modifierGroups) refuseUnlessWithin(group, chosen, name, field);
  return chosen;
}

/** Those that are named, each once, and of a group of which none is named the defaults. */
export function withDefaults({ modifierGroups }: Choosable, wanted: readonly string[]): string[] {
  const named = [...new Set(wanted)];
  const untouched = modifierGroups.filter((group) => !named.some((id) => has(group, id)));
  return [...named, ...untouched.flatMap((group) => group.defaults)];
}

/** The item's name with what it is by a choice of exactly one: `Pizza (Small)`. */
export function nameOf({ name, modifierGroups }: Choosable, chosen: readonly string[]): string {
  const what = modifierGroups
    .filter(({ min, max }) => min === 1 && max === 1)
    .flatMap(({ modifiers }) => modifiers.filter(({ modifierId }) => chosen.includes(modifierId)));
  return what.length === 0 ? name : `${name} (${what.map((modifier) => modifier.name).join(', ')})`;
}

function has({ modifiers }: ModifierGroup, id: string): boolean {
  return modifiers.some(({ modifierId }) => modifierId === id);
}

function refuseUnlessWithin(group: ModifierGroup, chosen: readonly string[], item: string, field: string): void {
  const { groupId, name, min, max, modifiers } = group;
  const count = chosen.filter((id) => has(group, id)).length;
  if (count >= min && count <= max) return;
  const wanted = min === max ? `exactly ${min}` : count < min ? `at least ${min}` : `at most ${max}`;
  const choices = modifiers.map(({ modifierId }) => modifierId).join(', ');
  throw new BadChoice(
    count < min ? 'order.too-few-chosen' : 'order.too-many-chosen',
    `${field}: choose ${wanted} of "${name}" for ${item} (${choices}), not ${count}.`,
    { field, groupId, min, max },
  );
}

/** The request itself is wrong, whatever the menu becomes: the menu says how many may be chosen. */
class BadChoice extends DomainError {
  readonly statusCode = 400;

  constructor(code: string, message: string, details: Readonly<Record<string, unknown>>) {
    super(code, 'invalid', message, details);
  }
}
