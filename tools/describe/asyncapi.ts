import { withSharedSchemas, type AsyncApi, type AsyncApiMessage, type JsonSchema } from '@thali/kit/http';
import { messages, type PublishedMessage } from './catalogue';
import { asJson } from './schemas';

/** As the RabbitMQ transport calls its exchanges: `thali.order`. */
const exchangeOf = (module: string) => `thali.${module}`;

const description = `What the modules of Thali say to each other: events, which are facts, and commands, which one module obeys.

On RabbitMQ, each module publishes to a topic exchange of its own. Messages of one key (as a rule, of one order) arrive in the order in which they were sent, each at least once: whoever listens recognises a repeated one by its \`id\`.

Generated from libs/contracts by \`npm run describe -- --write\`.`;

const Envelope: JsonSchema = {
  type: 'object',
  description: 'What every message carries, whatever it says.',
  required: [
    'id',
    'producer',
    'type',
    'version',
    'key',
    'keyVersion',
    'causationId',
    'correlationId',
    'recordedAt',
    'data',
  ],
  properties: {
    id: {
      type: 'string',
      format: 'uuid',
      description: 'UUIDv7, unique over all modules. The same message may come twice; the id tells.',
    },
    producer: { type: 'string', description: 'The module that said it.' },
    type: { type: 'string' },
    version: { type: 'integer', description: 'Of the type: says by which schema to read the data.' },
    key: { type: 'string', description: 'What it is about. Messages of one key arrive in order.' },
    keyVersion: { type: 'integer', description: "Numbers the producer's messages of this key from 1, without gaps." },
    causationId: {
      anyOf: [{ type: 'string', format: 'uuid' }, { type: 'null' }],
      description: 'The message that led to this one.',
    },
    correlationId: { type: 'string', description: 'The same for every message of one story.' },
    recordedAt: { type: 'string', format: 'date-time', description: "By the clock of the producer's database." },
    data: {},
  },
};

/** The messages between modules as an AsyncAPI 3.0 document: a channel per exchange and message type, an operation per module that uses it. */
export function describeMessages(version: string): AsyncApi {
  const document = {
    asyncapi: '3.0.0',
    info: { title: 'Messages of Thali', version, description },
    defaultContentType: 'application/json',
    servers: {
      rabbitmq: {
        host: 'localhost:5672',
        protocol: 'amqp',
        protocolVersion: '0-9-1',
        description: 'THALI_RABBITMQ_URL',
      },
    },
    channels: Object.fromEntries(
      messages.flatMap(({ type, senders }) => senders.map((sender) => channelOf(sender, type.type))),
    ),
    operations: Object.fromEntries(messages.flatMap(operationsOf)),
    components: {
      messages: Object.fromEntries(messages.map((message) => [message.type.type, messageObject(message)])),
      schemas: { Envelope },
    },
  };
  return withSharedSchemas(document) as AsyncApi;
}

function channelOf(sender: string, type: string): [id: string, channel: object] {
  const channel = {
    address: `${type}.p{partition}`,
    description: `What ${sender} publishes to the exchange ${exchangeOf(sender)} under this routing key.`,
    parameters: {
      partition: { description: "Decided by the message's key: each listener has one queue per partition." },
    },
    messages: { [type]: { $ref: `#/components/messages/${type}` } },
    bindings: { amqp: { is: 'routingKey', exchange: { name: exchangeOf(sender), type: 'topic', durable: true } } },
  };
  return [`${exchangeOf(sender)}.${type}`, channel];
}

function operationsOf({ type: { type }, senders, listeners }: PublishedMessage): [id: string, operation: object][] {
  const operation = (action: 'send' | 'receive', module: string, sender: string) => {
    const channel = `#/channels/${exchangeOf(sender)}.${type}`;
    return {
      action,
      channel: { $ref: channel },
      messages: [{ $ref: `${channel}/messages/${type}` }],
      tags: [{ name: module }],
    };
  };
  return senders.flatMap((sender) => [
    [`${sender}.sends.${type}`, operation('send', sender, sender)],
    ...listeners.map((listener): [string, object] => [
      `${listener}.receives.${type}.from.${sender}`,
      operation('receive', listener, sender),
    ]),
  ]);
}

function messageObject({ type, owner, words }: PublishedMessage): AsyncApiMessage {
  const { $schema: _, ...data } = asJson(type.schema, words.fields);
  const own = {
    required: ['type', 'version', 'data'],
    properties: { type: { const: type.type }, version: { const: type.version }, data },
  };
  return {
    name: type.type,
    title: `${type.type} v${type.version}, ${type.kind === 'event' ? 'an event' : 'a command'}`,
    ...(words.summary && { summary: words.summary }),
    tags: [{ name: owner }, { name: type.kind }],
    payload: { allOf: [{ $ref: '#/components/schemas/Envelope' }, own] },
    correlationId: { location: '$message.payload#/correlationId' },
  };
}
