import { messageOf } from '@thali/kit/core';
import { decode } from 'html-entities';
import type { Problem } from './domain/json-ld';

/** A document as its file holds it, or why it cannot be read. */
export type ReadDocument =
  { readonly value: unknown; readonly notes: readonly Problem[] } | { readonly problem: Problem };

/**
 * The JSON-LD in a file: the file itself, or what an HTML page embeds. Texts are freed from HTML's entities, and a number with decimals stays as it is
 * written: 20.000 may have been meant as twenty thousand.
 */
export function readDocument(text: string): ReadDocument {
  const content = text.replace(/^\uFEFF/, '');
  return /^\s*</.test(content) ? readPage(content) : readJson(content);
}

function readJson(text: string): ReadDocument {
  try {
    return { value: withoutEntities(JSON.parse(keepDecimals(text))), notes: [] };
  } catch (error) {
    return { problem: { path: '$', message: `is not JSON: ${messageOf(error)}` } };
  }
}

/** Comments come first, so that what is commented out is not found. */
const scripts = /<!--[\s\S]*?-->|<script\b([^>]*)>([\s\S]*?)<\/script\s*>/gi;
const jsonLd = /\btype\s*=\s*["']?application\/ld\+json\b/i;

/** All blocks of JSON-LD of a page, as one document. */
function readPage(page: string): ReadDocument {
  const blocks = [...page.matchAll(scripts)]
    .filter(([, attributes]) => attributes !== undefined && jsonLd.test(attributes))
    .map(([, , content = '']) => readJson(content.replace(/^\s*(\/\/\s*)?<!\[CDATA\[|(\/\/\s*)?\]\]>\s*$/g, '')));
  const values = blocks.flatMap((block) => ('value' in block ? [block.value] : []));
  const notes = blocks.flatMap((block, n) =>
    'problem' in block
      ? [{ path: `block ${n + 1} of JSON-LD`, message: `is left out: it ${block.problem.message}` }]
      : [],
  );
  if (values.length > 0) return { value: values.length === 1 ? values[0] : values.flat(), notes };
  const [note] = notes;
  const message = note
    ? `${note.path} ${note.message}`
    : 'is a page without JSON-LD (<script type="application/ld+json">)';
  return { problem: { path: '$', message } };
}

/** Numbers with decimals, outside of texts, become texts. */
function keepDecimals(json: string): string {
  return json.replace(
    /"[^"\\]*(?:\\[\s\S][^"\\]*)*"|(-?\d+\.\d+)(?![\d.eE])/g,
    (found: string, decimal: string | undefined) => (decimal === undefined ? found : `"${decimal}"`),
  );
}

function withoutEntities(value: unknown): unknown {
  if (typeof value === 'string') return decode(value, { level: 'html5', scope: 'strict' });
  if (Array.isArray(value)) return value.map(withoutEntities);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutEntities(inner)]));
}
