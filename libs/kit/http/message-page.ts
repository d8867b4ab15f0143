import { fieldsOf, nameIn, type AsyncApi, type AsyncApiMessage, type JsonSchema } from './async-api';

/** An AsyncAPI document as a page for a person: complete in itself, so that it can be read without the internet. */
export function messagePage(document: AsyncApi): string {
  const { info, components } = document;
  const messages = Object.entries(components.messages);
  const groups = [...new Set(messages.map(([, message]) => groupOf(message)))];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(info.title)}</title>
<style>${style}</style>
<h1>${text(info.title)}</h1>
${prose(info.description ?? '')}
<p>For programs: <a href="messages.json">AsyncAPI ${text(document.asyncapi)}</a></p>
<nav>${groups.map((group) => contents(group, messages)).join('')}</nav>
${messages.map(([id, message]) => section(id, message, document)).join('')}
<h2>Parts of messages</h2>
${Object.entries(components.schemas)
  .map(([name, schema]) => part(name, schema))
  .join('')}
</html>
`;
}

function contents(group: string, messages: readonly (readonly [string, AsyncApiMessage])[]): string {
  const links = messages
    .filter(([, message]) => groupOf(message) === group)
    .map(([id, { name }]) => `<li><a href="#${text(id)}">${text(name)}</a>`);
  return `<section><h2>${text(group)}</h2><ul>${links.join('')}</ul></section>`;
}

function section(id: string, message: AsyncApiMessage, document: AsyncApi): string {
  return `<article id="${text(id)}">
<h3>${text(message.title)}</h3>
${prose(message.summary ?? '')}
<p><b>${text(who('send', id, document))}</b> → <b>${text(who('receive', id, document) || 'no other module')}</b></p>
${table(message.payload)}
</article>
`;
}

function part(name: string, schema: JsonSchema): string {
  return `<article id="${text(name)}"><h3>${text(name)}</h3>${prose(schema.description ?? '')}${table(schema)}</article>\n`;
}

function who(action: 'send' | 'receive', message: string, { operations, channels }: AsyncApi): string {
  const those = Object.values(operations).filter(
    (operation) =>
      operation.action === action &&
      operation.messages.some(
        ({ $ref }) => nameIn(channels[nameIn(operation.channel.$ref)]?.messages[nameIn($ref)]?.$ref ?? '') === message,
      ),
  );
  return [...new Set(those.flatMap(({ tags }) => tags.map(({ name }) => name)))].join(', ');
}

function table(schema: JsonSchema): string {
  const rows = fieldsOf(schema).map(
    ({ path, type, required, description }) =>
      `<tr><td>${path ? `<code>${text(path)}</code>` : 'all of'}<td>${text(type)}${required ? '' : ', optional'}<td>${words(description)}`,
  );
  return `<table><tr><th>field<th>type<th>meaning${rows.join('')}</table>`;
}

function groupOf({ tags }: AsyncApiMessage): string {
  return tags[0]?.name ?? '';
}

function prose(markdown: string): string {
  return markdown
    .split(/\n{2,}/)
    .map((paragraph) => (paragraph ? `<p>${words(paragraph)}</p>` : ''))
    .join('');
}

/** Text in which only `code` is marked. */
function words(markdown: string): string {
  return text(markdown).replace(/`([^`]+)`/g, '<code>$1</code>');
}

function text(plain: string): string {
  return plain.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

const style = `
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
nav { columns: 18rem; }
nav section { break-inside: avoid; }
nav h2 { font-size: 1rem; margin: 0; }
nav ul { margin: 0 0 1rem; padding-left: 1rem; }
article { border-top: 1px solid #8884; padding-top: 0.5rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.15rem 1rem 0.15rem 0; border-bottom: 1px solid #8882; }
`;
