import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** What a person has written about a contract. */
export interface Words {
  readonly summary: string;
  /** About those fields that need words, by their names. */
  readonly fields: Readonly<Record<string, string>>;
}

const contracts = path.resolve('libs/contracts/src');

/** Reads the comments of the contracts. @returns what is written about an exported constant, by its name. */
export function readWords(): (name: string) => Words {
  const files = readdirSync(contracts).filter((file) => file.endsWith('.ts'));
  const found = new Map(files.flatMap((file) => [...wordsIn(readFileSync(path.join(contracts, file), 'utf8'))]));
  return (name) => found.get(name) ?? { summary: '', fields: {} };
}

/** By constant, what a source says about it. */
export function wordsIn(source: string): Map<string, Words> {
  const { statements } = ts.createSourceFile('contract.ts', source, ts.ScriptTarget.Latest, true);
  const found = new Map<string, Words>();
  for (const statement of statements.filter(ts.isVariableStatement)) {
    const [declaration] = statement.declarationList.declarations;
    if (declaration) found.set(declaration.name.getText(), { summary: commentOn(statement), fields: Object.fromEntries(fieldsIn(declaration)) });
  }
  return found;
}

function fieldsIn(node: ts.Node): [name: string, words: string][] {
  const here: [string, string][] = ts.isPropertyAssignment(node) && commentOn(node) ? [[node.name.getText(), commentOn(node)]] : [];
  return [...here, ...node.getChildren().flatMap(fieldsIn)];
}

function commentOn(node: ts.Node): string {
  const [comment] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  return (ts.getTextOfJSDocComment(comment?.comment) ?? '').replace(/\s*\n\s*/g, ' ').trim();
}
