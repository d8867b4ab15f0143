import { Injectable } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { MenuItem, Modifier, ModifierGroup, groupOfExtras } from '@thali/contracts';
import { transactionOf } from '@thali/kit/nest';
import { refuseStale } from '@thali/kit/http';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { faultOfId, faultOfName, longest } from './domain/menu-text';
import { asRead, type MenuView } from './menu.view';
import { RestaurantRepository, asOffered, type NewMenu } from './restaurant.repository';
import { Stock } from './stock.repository';

const Id = z.string().superRefine(refuse(faultOfId));
const Name = z.string().superRefine(refuse(faultOfName));
const NamedModifier = Modifier.extend({ modifierId: Id, name: Name });
const NamedGroup = ModifierGroup.extend({
  groupId: Id,
  name: Name,
  defaults: z.array(Id).default([]),
  modifiers: z.array(NamedModifier).nonempty(),
});

const RevisedDish = MenuItem.extend({
  itemId: Id,
  name: Name,
  description: z.string().max(longest.description).optional(),
  portions: MenuItem.shape.portions.max(1_000_000).optional(),
  available: MenuItem.shape.available.optional(),
  modifiers: z.array(NamedModifier).optional().meta({
    description: 'Those of all groups; without groups: each of them may be taken or left.',
  }),
  modifierGroups: z.array(NamedGroup).optional(),
}).refine(({ modifiers, modifierGroups }) => !modifiers || !modifierGroups || agree(modifiers, modifierGroups), {
  path: ['modifiers'],
  message: 'must be the modifiers of all modifierGroups, or be left out',
});

/** What a menu says of itself when it is read. It may be sent back, and changes nothing. */
const asReadOnly = { restaurantId: z.string(), name: z.string(), currency: z.string(), version: z.int() };

/** A whole menu, in the shape in which it is read: what has been read may be sent back, changed. */
export const MenuRevision = z
  .object({
    ...z.object(asReadOnly).partial().shape,
    sections: z.array(z.object({ name: Name, items: z.array(RevisedDish) })).min(1),
  })
  .meta({
    id: 'MenuRevision',
    example: {
      sections: [
        {
          name: 'Dosas',
          items: [
            {
              itemId: 'masala-dosa',
              name: 'Masala Dosa',
              price: { amount: 990, currency: 'EUR' },
              modifierGroups: [
                {
                  groupId: 'extras',
                  name: 'Extras',
                  min: 0,
                  max: 1,
                  modifiers: [
                    { modifierId: 'extra-chutney', name: 'Extra chutney', price: { amount: 80, currency: 'EUR' } },
                  ],
                },
              ],
            },
          ],
        },
      ],
    },
  });
export type MenuRevision = z.infer<typeof MenuRevision>;

export class PublishMenu extends Command<MenuView> {
  constructor(
    readonly restaurantId: string,
    /** The version that the author has seen: it is this one that is being revised. */
    readonly seen: number,
    readonly menu: MenuRevision,
  ) {
    super();
  }
}

/**
 * Puts a new version of the menu in force. Two authors: the second is refused and must look again.
 * Author and kitchen: both win, since portions and availability of items already there are the kitchen's and stay.
 */
@Injectable()
@CommandHandler(PublishMenu)
export class PublishMenuHandler implements ICommandHandler<PublishMenu> {
  constructor(
    private readonly restaurants: RestaurantRepository,
    private readonly stock: Stock,
  ) {}

  async execute(command: PublishMenu): Promise<MenuView> {
    const tx = transactionOf(command);
    const {
      restaurantId,
      seen,
      menu: { sections },
    } = command;
    const restaurant = await this.restaurants.get(tx, restaurantId);
    refuseStale('restaurant.menu', seen, restaurant.version);
    const version = await this.restaurants.revise(tx, restaurant, restaurant, sections.map(asNew));
    const [printed, stock] = await Promise.all([
      this.restaurants.menu(tx, restaurantId),
      this.stock.of(tx, restaurantId),
    ]);
    return {
      restaurantId,
      name: restaurant.name,
      currency: restaurant.currency,
      version,
      sections: asRead(asOffered(printed, stock)),
    };
  }
}

function asNew({ name, items }: MenuRevision['sections'][number]): NewMenu[number] {
  return {
    name,
    items: items.map(({ modifiers = [], modifierGroups = groupOfExtras(modifiers), ...item }) => ({
      ...item,
      modifierGroups,
    })),
  };
}

/** Whether these are the modifiers of these groups. */
function agree(modifiers: readonly Modifier[], groups: readonly ModifierGroup[]): boolean {
  return isDeepStrictEqual(
    modifiers,
    groups.flatMap((group) => group.modifiers),
  );
}

function refuse(faultOf: (text: string) => string | undefined) {
  return (text: string, context: z.RefinementCtx): void => {
    const message = faultOf(text);
    if (message) context.addIssue({ code: 'custom', message });
  };
}
