import { fieldsOf, type AsyncApi, type JsonSchema } from '../async-api';
import { messagePage } from '../message-page';

const lent = '#/components/messages/shelf.lent';
const channel = '#/channels/shelf.lent';
const operation = (action: 'send' | 'receive', module: string) => ({
  action,
  channel: { $ref: channel },
  messages: [{ $ref: `${channel}/messages/shelf.lent` }],
  tags: [{ name: module }],
});

/** Of a library, whose shelf announces what it lends. */
const document: AsyncApi = {
  asyncapi: '3.0.0',
  info: { title: 'Messages of a <library>', version: '1' },
  channels: { 'shelf.lent': { address: 'shelf.lent', messages: { 'shelf.lent': { $ref: lent } } } },
  operations: { a: operation('send', 'shelf'), b: operation('receive', 'desk'), c: operation('receive', 'statistics') },
  components: {
    messages: {
      'shelf.lent': {
        name: 'shelf.lent',
        title: 'shelf.lent v1',
        summary: 'A book is out; `dueOn` says until when.',
        tags: [{ name: 'shelf' }],
        payload: { type: 'object', properties: { dueOn: { type: 'string', format: 'date' } }, required: ['dueOn'] },
      },
    },
    schemas: {},
  },
};

/** The fields of a schema, as `path: type`. */
function lines(schema: JsonSchema): string[] {
  return fieldsOf(schema).map(({ path, type, required }) => `${path}: ${type}${required ? '' : '?'}`);
}

describe('The page of messages', () => {
  it('says of each message who sends it, who receives it, and what it carries', () => {
    const page = messagePage(document);
    expect(page).toContain('<b>shelf</b> → <b>desk, statistics</b>');
    expect(page).toContain('A book is out; <code>dueOn</code> says until when.');
    expect(page).toContain('<code>dueOn</code><td>date');
  });

  it('takes text for text, whatever it looks like', () => {
    expect(messagePage(document)).toContain('<h1>Messages of a &#60;library&#62;</h1>');
  });

  it('needs nothing from anywhere else', () => {
    expect(messagePage(document)).not.toMatch(/<script|<link|<img|url\(|https?:/);
  });
});

describe('The fields of a schema', () => {
  it('include those of objects within it, in lists and alternatives too', () => {
    const book: JsonSchema = { type: 'object', properties: { title: { type: 'string' } }, required: ['title'] };
    const books: JsonSchema = { type: 'array', items: book, minItems: 1 };
    const schema = { properties: { books, next: { anyOf: [book, { type: 'null' }] } }, required: ['books'] };
    expect(lines(schema)).toEqual([
      'books: list of object, not empty',
      'books[].title: string',
      'next: object or null?',
      'next.title: string',
    ]);
  });

  it('stop at what has a name of its own', () => {
    const schema = {
      allOf: [
        { $ref: '#/components/schemas/Envelope' },
        { properties: { price: { $ref: '#/components/schemas/Money' } } },
      ],
    };
    expect(lines(schema)).toEqual([': Envelope', 'price: Money?']);
  });

  it('show constants, choices and examples', () => {
    const id: JsonSchema = { type: ['string', 'null'], example: 'bok_1' };
    const schema = { properties: { type: { const: 'shelf.lent' }, format: { enum: ['paper', 'audio'] }, id } };
    expect(lines(schema)).toEqual(['type: "shelf.lent"?', 'format: "paper" or "audio"?', 'id: string or null?']);
    expect(fieldsOf(schema).at(-1)?.description).toBe('Such as `bok_1`.');
  });
});
