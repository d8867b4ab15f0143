import { delivery } from './delivery';
import { messages } from './messages';
import { money } from './money';
import { order } from './order';
import type { Plant } from './plant';
import { stock } from './stock';

export const plants: readonly Plant[] = [...money, ...stock, ...order, ...delivery, ...messages];
