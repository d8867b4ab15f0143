import { moduleNames } from '@thali/contracts';
import { fieldsOf, type JsonSchema } from '@thali/kit/http';
import { messages, questions, type PublishedMessage, type PublishedQuestion } from './catalogue';
import { drawModules } from './draw';
import { asJson } from './schemas';

const head = `# Messages

What the modules say to each other, and nothing else goes between them. **Events** are facts; **commands** are wishes that one module
obeys; **questions** change nothing and are answered at once or not at all.

Made of [libs/contracts](../libs/contracts/src) by \`npm run describe -- --write\`; a test fails when it is stale. For programs:
[asyncapi.json](asyncapi.json), and a JSON Schema of every version ever published in
[libs/contracts/src/schemas](../libs/contracts/src/schemas). A running Thali shows the same at \`/docs/messages\`.

Thick arrows are commands, dotted ones events; a line with a round end goes from the module that asks to the one that answers.`;

/** docs/messages.md. */
export function writeMessages(): string {
  const graph = ['```mermaid', drawModules(moduleNames), '```'].join('\n');
  return `${[head, graph, ...moduleNames.map(writeModule), writeParts()].join('\n\n')}\n`;
}

function writeModule(module: string): string {
  const own = messages.filter(({ owner }) => owner === module);
  const commands = own.filter(({ type }) => type.kind === 'command');
  const events = own.filter(({ type }) => type.kind === 'event');
  const answered = questions.filter(({ owner }) => owner === module);
  return [
    `## ${module}`,
    ...section(
      'It obeys',
      ['command', 'from', 'meaning'],
      commands.map((message) => [link(message), names(message.senders), cell(message.words.summary)]),
    ),
    ...section(
      'It announces',
      ['event', 'who listens', 'meaning'],
      events.map((message) => [link(message), names(message.listeners), cell(message.words.summary)]),
    ),
    ...section(
      'It answers',
      ['question', 'who asks', 'meaning'],
      answered.map(({ question, askers, words }) => [code(question.name), names(askers), cell(words.summary)]),
    ),
    ...own.map(writeMessage),
    ...answered.map(writeQuestion),
  ].join('\n\n');
}

function section(title: string, columns: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return rows.length > 0 ? [`**${title}**`, table(columns, rows)] : [];
}

function writeMessage({ type, name, words }: PublishedMessage): string {
  return [
    `### ${type.type} v${type.version}`,
    `\`${name}\`. ${words.summary}`.trim(),
    fieldTable(asJson(type.schema, words.fields)),
  ].join('\n\n');
}

function writeQuestion({ question, name, words }: PublishedQuestion): string {
  const asked = fieldsOf(asJson(question.ask)).map(({ path }) => code(path));
  return [
    `### ${question.name}`,
    `\`${name}\`. ${words.summary}`.trim(),
    `Asked with ${asked.join(', ')}. The answer:`,
    fieldTable(asJson(question.answer)),
  ].join('\n\n');
}

/** What several messages contain. */
function writeParts(): string {
  const all = [
    ...messages.map(({ type }) => type.schema),
    ...questions.flatMap(({ question }) => [question.ask, question.answer]),
  ];
  const parts = new Map(
    all.flatMap((schema) => Object.entries((asJson(schema).$defs ?? {}) as Record<string, JsonSchema>)),
  );
  return [
    '## Parts',
    ...[...parts].map(([name, schema]) => [`### ${name}`, schema.description, fieldTable(schema)].join('\n\n')),
  ].join('\n\n');
}

function fieldTable(schema: JsonSchema): string {
  const rows = fieldsOf(schema).map(({ path, type, required, description }) => [
    code(path),
    `${type}${required ? '' : ', optional'}`,
    cell(description),
  ]);
  return table(['field', 'type', 'meaning'], rows);
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function link({ type: { type, version } }: PublishedMessage): string {
  return `[\`${type}\`](#${type.replaceAll('.', '')}-v${version})`;
}

function names(modules: readonly string[]): string {
  return modules.join(', ') || 'no other module';
}

function code(text: string): string {
  return `\`${text}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
