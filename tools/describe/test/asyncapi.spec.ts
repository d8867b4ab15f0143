import { moduleNames, system } from '@thali/contracts';
import type { AsyncApi } from '@thali/kit/http';
import Ajv from 'ajv';
import asyncApi3 from '@asyncapi/specs/schemas/3.0.0-without-$id.json';
import { describeMessages } from '../asyncapi';
import { messages } from '../catalogue';

const document = describeMessages('1.0.0');
const fits = new Ajv({ strict: false, validateFormats: false, logger: false }).compile(asyncApi3);

/** The operations of a module, as `send payment.authorize`. */
function operationsOf(module: string, { operations, channels }: AsyncApi = document): string[] {
  return Object.values(operations)
    .filter(({ tags }) => tags.some(({ name }) => name === module))
    .map(
      ({ action, channel }) =>
        `${action} ${Object.keys(channels[channel.$ref.slice('#/channels/'.length)]?.messages ?? {}).join()}`,
    );
}

function referencesIn(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) => (key === '$ref' ? [String(value)] : referencesIn(value)));
}

function resolve(reference: string): unknown {
  return reference
    .slice('#/'.length)
    .split('/')
    .reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], document);
}

describe('The AsyncAPI document', () => {
  it('is valid AsyncAPI 3.0', () => {
    fits(document);
    expect(fits.errors ?? []).toEqual([]);
    expect(fits({ ...document, operations: { shout: { action: 'shout' } } })).toBe(false);
  });

  it('refers to nothing that is not there', () => {
    expect(referencesIn(document).filter((reference) => resolve(reference) === undefined)).toEqual([]);
  });

  it('has every published message, under the exchange of whoever sends it', () => {
    expect(Object.keys(document.components.messages)).toEqual(messages.map(({ type }) => type.type));
    expect(document.channels['thali.order.payment.authorize']).toMatchObject({
      address: 'payment.authorize.p{partition}',
      bindings: { amqp: { exchange: { name: 'thali.order', type: 'topic' } } },
    });
  });

  it.each(moduleNames)('says what %s receives and sends', (module) => {
    const { listensTo, sends = [] } = system[module];
    const events = messages
      .filter(({ type, owner }) => type.kind === 'event' && owner === module)
      .map(({ type }) => type);
    const sent = [...events, ...sends].map(({ type }) => `send ${type}`);
    const received = listensTo.map(({ type }) => `receive ${type}`);
    expect(operationsOf(module).sort()).toEqual([...sent, ...received].sort());
  });

  it('has the words that stand in the contracts', () => {
    expect(document.components.messages['payment.authorize']?.summary).toMatch(
      /^Hold this much of the customer's money\./,
    );
    expect(JSON.stringify(document.components.messages['payment.authorize'])).toContain(
      'only the payment module can open it',
    );
  });
});
