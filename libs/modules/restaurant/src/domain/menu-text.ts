/** Longest texts of a menu, in characters. */
export const longest = { id: 80, name: 200, description: 2_000 } as const;

/** Turn around what follows them on the screen: what is read is not what is there. */
const overrides = /[\u202a-\u202e\u2066-\u2069]/u;
const controls = /[\p{Cc}]/u;
/** Neither a letter, nor a digit, nor any other mark that can be seen. */
const invisible = /^[\p{White_Space}\p{Cc}\p{Cf}\p{Zs}\u115f\u1160\u2800\u3164\uffa0]*$/u;

/** What keeps a text from naming an item or a modifier in an order and in a path; undefined: nothing. */
export function faultOfId(id: string): string | undefined {
  if (invisible.test(id) || /[\p{White_Space}/?#\p{Cc}\p{Cf}]/u.test(id) || id.length > longest.id)
    return `must be 1 to ${longest.id} visible characters without spaces, slashes, ? or #`;
  return undefined;
}

/** What keeps a text from being read as the name of something on the menu; undefined: nothing. */
export function faultOfName(name: string): string | undefined {
  if (invisible.test(name)) return 'must not be blank';
  if (name.length > longest.name) return `must not be longer than ${longest.name} characters`;
  if (overrides.test(name) || controls.test(name))
    return 'must not hold control characters or such as change the direction of writing';
  return undefined;
}
