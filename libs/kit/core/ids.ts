import { fromUUID, typeidUnboxed } from 'typeid-js';
import { uuidv7 } from 'uuidv7';
import { z } from 'zod';

/** Where new identities come from; a port, so that a simulation can be replayed. */
export abstract class Ids {
  /** A UUIDv7: unique, and later ones sort after earlier ones. */
  abstract uuid(): string;
  /** A TypeID: `next('ord')` is `ord_` and a UUIDv7 in 26 letters. See https://github.com/jetify-com/typeid. */
  abstract next(prefix: string): string;
}

/** The real thing. */
export class SystemIds extends Ids {
  uuid(): string {
    return uuidv7();
  }

  next(prefix: string): string {
    return typeidUnboxed(prefix);
  }
}

/** Where the UUIDv7s of this moment (in milliseconds since 1970) begin: those made before sort before it. */
export function firstIdAt(ms: number): string {
  return `${ms.toString(16).padStart(12, '0').replace(/^.{8}/, '$&-')}-0000-0000-000000000000`;
}

/** As {@link firstIdAt}, of the TypeIDs with this prefix. */
export function firstTypeIdAt(prefix: string, ms: number): string {
  return fromUUID(firstIdAt(ms), prefix);
}

/**
 * The schema of a TypeID with this prefix.
 *
 * @example export const OrderId = idOf('ord'); // 'ord_01h455vb4pex5vsknk084sn02q'
 */
export function idOf<Prefix extends string>(prefix: Prefix) {
  return z
    .string()
    .regex(
      new RegExp(`^${prefix}_[0-7][0-9a-hjkmnp-tv-z]{25}$`),
      `must be an id such as ${prefix}_01h455vb4pex5vsknk084sn02q`,
    )
    .meta({ example: `${prefix}_01h455vb4pex5vsknk084sn02q` });
}
