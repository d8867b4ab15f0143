import type { JsonLd } from './json-ld';

/** `identifier`, or what tells its `@id` from others: `soup` of `https://example.org/menu#soup`. */
export function idOf(thing: JsonLd): string | undefined {
  const identifier = thing.one('identifier');
  const written =
    identifier?.text ?? identifier?.one('value')?.text ?? thing.id?.split(/[/#]/).findLast((part) => part !== '');
  return (written && slug(written)) || undefined;
}

/** Lower case letters and digits of any script, joined by dashes; stays the same when done twice. */
export function slug(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .split(/[^\p{L}\p{M}\p{N}_]+/u)
    .filter((part) => part !== '')
    .join('-')
    .slice(0, 80);
}

/** Without line breaks and the like. */
export function tidy(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
}
