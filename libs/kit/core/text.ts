/** What PostgreSQL can store as text: every character but U+0000, and no half of one (a lone surrogate). */
export const storableText = /^[^\0\p{Surrogate}]*$/u;

/** The text with a mark (U+FFFD) in the place of whatever cannot be stored. */
export function toStorable(text: string): string {
  return text.replace(/[\0\p{Surrogate}]/gu, '\ufffd');
}
