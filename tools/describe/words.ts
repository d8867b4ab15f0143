import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** What a person has written about a contract. */
export interface Words {
  readonly summary: string;
  /** About those fields that need words, by their names. */
  readonly fields: Readonly<Record<string, string>>;
}

interface Constant {
  readonly name: string;
  readonly words: Words;
}

const folder = path.resolve('libs/contracts/src');
const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));

/** The constants of all contracts, in the order in which they are written down. */
export const constants: readonly Constant[] = files.flatMap((file) =>
  constantsIn(readFileSync(path.join(folder, file), 'utf8')),
);

/** The constants of a source, with what its comments say about them. */
function constantsIn(source: string): Constant[] {
  const { statements } = ts.createSourceFile('contract.ts', source, ts.ScriptTarget.Latest, true);
  return statements.filter(ts.isVariableStatement).flatMap((statement) =>
    statement.declarationList.declarations.map((declaration) => ({
      name: declaration.name.getText(),
      words: { summary: commentOn(statement), fields: Object.fromEntries(fieldsIn(declaration)) },
    })),
  );
}

function fieldsIn(node: ts.Node): [name: string, words: string][] {
  const here: [string, string][] =
    ts.isPropertyAssignment(node) && commentOn(node) ? [[node.name.getText(), commentOn(node)]] : [];
  return [...here, ...node.getChildren().flatMap(fieldsIn)];
}

function commentOn(node: ts.Node): string {
  const [comment] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  return (ts.getTextOfJSDocComment(comment?.comment) ?? '').replace(/\s*\n\s*/g, ' ').trim();
}
