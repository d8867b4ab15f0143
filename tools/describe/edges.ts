import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { moduleNames } from '@thali/contracts';
import { messages, ownerOf, questions } from './catalogue';

/**
 * What a module has to do with messages and questions of the others, by their names. The words that modules share, such as the id of an
 * order, are no dependency: nobody waits for anybody because of them.
 */
export type Borrowings = Readonly<Record<string, readonly string[]>>;

/** What the inventory of the system declares. */
export const declared: Borrowings = byModule((module) => [
  ...messages
    .filter(({ listeners, senders }) => listeners.includes(module) || senders.includes(module))
    .map(({ type }) => type.type),
  ...questions.filter(({ askers }) => askers.includes(module)).map(({ question }) => question.name),
]);

/** What the code of the modules mentions. */
export function readMentions(): Borrowings {
  return byModule((module) => sourcesOf(module).flatMap(mentionsIn));
}

/** The modules that a module depends on: it cannot be understood, or changed, without their contracts. */
export function dependenciesOf(module: string, borrowings: Borrowings = declared): string[] {
  return [...new Set((borrowings[module] ?? []).map(ownerOf))];
}

/** @returns what is wrong, each in a sentence: what is not declared, what is declared in vain, and circles. */
export function findEdgeFaults(declarations: Borrowings, mentions: Borrowings): string[] {
  const missing = (these: Borrowings, those: Borrowings) =>
    Object.entries(these).flatMap(([module, names]) =>
      names.filter((name) => !those[module]?.includes(name)).map((name) => ({ module, name })),
    );
  const circle = findCircle(declarations);
  return [
    ...missing(mentions, declarations).map(
      ({ module, name }) => `${module} uses ${name}, which libs/contracts does not declare`,
    ),
    ...missing(declarations, mentions).map(({ module, name }) => `${module} is declared to use ${name}, and does not`),
    ...(circle ? [`modules depend on each other in a circle: ${circle.join(' → ')}`] : []),
  ];
}

function findCircle(borrowings: Borrowings): string[] | undefined {
  const walk = (trail: readonly string[]): string[] | undefined => {
    for (const next of dependenciesOf(trail.at(-1) as string, borrowings)) {
      if (trail.includes(next)) return [...trail.slice(trail.indexOf(next)), next];
      const circle = walk([...trail, next]);
      if (circle) return circle;
    }
    return undefined;
  };
  return Object.keys(borrowings)
    .map((module) => walk([module]))
    .find((circle) => circle);
}

const published = new Map([
  ...messages.map(({ name, type }) => [name, type.type] as const),
  ...questions.map(({ name, question }) => [name, question.name] as const),
]);

/** The messages and questions that a source imports, by their names; `*` for an import that does not say which. */
export function mentionsIn(source: string): string[] {
  const mentions: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node) && node.text === '@thali/contracts')
      mentions.push(...(importedNames(node.parent) ?? ['*']));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true));
  return mentions;
}

function importedNames(node: ts.Node): string[] | undefined {
  const names = ts.isImportDeclaration(node) ? node.importClause?.namedBindings : undefined;
  return names && ts.isNamedImports(names)
    ? names.elements.flatMap(({ name, propertyName }) => published.get((propertyName ?? name).text) ?? [])
    : undefined;
}

function sourcesOf(module: string): string[] {
  const folder = path.resolve('libs/modules', module, 'src');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'),
  );
  return files.map((file) => readFileSync(path.join(folder, file), 'utf8'));
}

/** By module, those of the names that are another module's. */
function byModule(namesOf: (module: string) => readonly string[]): Borrowings {
  return Object.fromEntries(
    moduleNames.map((module) => [module, [...new Set(namesOf(module))].filter((name) => ownerOf(name) !== module)]),
  );
}
