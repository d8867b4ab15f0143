/** What PostgreSQL can store as text: every character but U+0000, and no half of one (a lone surrogate). */
export const storableText = /^[^\0\p{Surrogate}]*$/u;
