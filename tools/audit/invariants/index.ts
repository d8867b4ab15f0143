import type { Invariant } from '../invariant';
import { delivery } from './delivery';
import { history } from './history';
import { messages } from './messages';
import { money } from './money';
import { order } from './order';
import { stock } from './stock';

/** All that must be true of the data, section by section. */
export const invariants: readonly Invariant[] = [...money, ...stock, ...order, ...history, ...delivery, ...messages];
