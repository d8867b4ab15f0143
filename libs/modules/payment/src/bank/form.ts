/** What a form field says: text, or fields of its own. */
type Field = string | Fields;
export interface Fields {
  readonly [name: string]: Field | undefined;
}

/** Reads a form as Stripe's clients write it: `metadata[order]=ord_1&expand[0]=latest_charge`. */
export function readForm(text: string): Fields {
  const root: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [name, value] of new URLSearchParams(text)) {
    const path = name.split(/[[\]]+/).filter((part) => part !== '');
    put(root, name.endsWith('[]') ? [...path, nextIn(root, path)] : path, value);
  }
  return root as Fields;
}

function put(root: Record<string, unknown>, path: readonly string[], value: string): void {
  const [last, ...before] = path.toReversed();
  const inner = before.toReversed().reduce((fields, part) => {
    const field = fields[part];
    if (typeof field === 'object' && field !== null) return field as Record<string, unknown>;
    return (fields[part] = Object.create(null) as Record<string, unknown>) as Record<string, unknown>;
  }, root);
  if (last !== undefined) inner[last] = value;
}

function nextIn(root: Record<string, unknown>, path: readonly string[]): string {
  const list = path.reduce<unknown>((fields, part) => (fields as Record<string, unknown> | undefined)?.[part], root);
  return String(Object.keys(list ?? {}).length);
}

/** The text at this path. */
export function textAt(fields: Fields, ...path: string[]): string | undefined {
  const found = path.reduce<Field | undefined>(
    (field, part) => (typeof field === 'object' ? (field as Fields)[part] : undefined),
    fields,
  );
  return typeof found === 'string' ? found : undefined;
}

/** The texts in the list at this name. */
export function listAt(fields: Fields, name: string): string[] {
  const found = fields[name];
  return typeof found === 'object' ? Object.values(found).filter((field) => typeof field === 'string') : [];
}

/** A form as it was sent, and what it says. */
export interface Form {
  readonly text: string;
  readonly fields: Fields;
}
