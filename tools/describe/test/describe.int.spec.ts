import { moduleNames } from '@thali/contracts';
import { aServer } from '@thali/kit/postgres/testing';
import { findContradictions } from '../contradictions';
import { findStaleDocuments } from '../documents';
import { drawProcess } from '../draw';
import { findGroupFaults } from '../groups';
import { printProcess } from '../print';
import { surveyThali, type ModuleSurvey, type Survey } from '../survey';

let survey: Survey;

beforeAll(async () => {
  const server = await aServer();
  survey = await surveyThali(server.url);
  await server.drop();
}, 30_000);

/** The survey, but for what one module is planted with. */
function planted(name: string, change: (module: ModuleSurvey) => Partial<ModuleSurvey>): ModuleSurvey[] {
  return survey.modules.map((module) => (module.name === name ? { ...module, ...change(module) } : module));
}

function without(name: string) {
  return ({ subscriptions }: ModuleSurvey) => ({
    subscriptions: subscriptions.filter((subscription) => subscription.name !== name),
  });
}

function listeningTo(type: string) {
  return ({ subscriptions }: ModuleSurvey) => ({
    subscriptions: [...subscriptions, { name: 'planted', types: [type] }],
  });
}

describe('The modules as they are built', () => {
  it('listen, obey and answer as the contracts say', () => {
    expect(findContradictions(survey.modules)).toEqual([]);
  });

  it('may not listen to what is not declared', () => {
    expect(findContradictions(planted('restaurant', listeningTo('order.placed')))).toEqual([
      'restaurant subscribes to order.placed, which the inventory does not say',
    ]);
  });

  it('may not be deaf to what is declared', () => {
    expect(findContradictions(planted('payment', without('payment.settle')))).toEqual([
      'the inventory says that payment listens to delivery.delivered, and nothing there subscribes to it',
    ]);
  });

  it('may not answer a path that the gateway does not forward, nor declare one in vain', () => {
    const routes = [{ call: 'GET /menus', summary: '' }];
    expect(findContradictions(planted('payment', () => ({ routes })))).toEqual([
      'payment answers /menus, which the inventory does not say',
      'the inventory says that payment answers /payments, and no route begins so',
    ]);
  });

  it('may not leave a command to nobody, nor obey it twice, nor obey those of others', () => {
    const rule = (type: string, by: string, owner: string) =>
      `${type} is obeyed by ${by}; it should be by ${owner}, in one place`;
    expect(findContradictions(planted('delivery', without('delivery.collect')))).toContain(
      rule('delivery.collect', 'nobody', 'delivery'),
    );
    expect(findContradictions(planted('delivery', listeningTo('delivery.collect')))).toEqual([
      rule('delivery.collect', 'delivery and delivery', 'delivery'),
    ]);
    expect(findContradictions(planted('order', listeningTo('delivery.collect')))).toContain(
      rule('delivery.collect', 'order and delivery', 'delivery'),
    );
  });

  it('may not leave a question unanswered, nor answer for others', () => {
    expect(findContradictions(planted('payment', () => ({ answers: ['payment.of-order'] })))).toEqual([
      'payment.history-of-order is answered by nobody',
    ]);
    expect(
      findContradictions(planted('delivery', ({ answers }) => ({ answers: [...answers, 'payment.of-order'] }))),
    ).toEqual(['payment.of-order is answered by delivery, and should be by payment']);
  });
});

describe('The groups of routes', () => {
  it('are those that are described', () => {
    expect(findGroupFaults(survey.openapi)).toEqual([]);
  });

  it('may not be empty, and may not lack a description', () => {
    const paths = { '/payments': { get: { tags: ['payments'] } }, '/orders': { post: {} } };
    expect(findGroupFaults({ tags: [{ name: 'Payments' }], paths })).toEqual([
      'no route stands in the group Payments',
      'GET /payments stands in payments, which is not described',
      'POST /orders stands in no group, which is not described',
    ]);
  });
});

describe('The generated documents', () => {
  it('say what the code says', () => {
    expect(findStaleDocuments(survey)).toEqual([]);
  });

  it('are stale as soon as a route is another', () => {
    const { openapi } = survey as { openapi: { paths: object } };
    const other = { ...survey, openapi: { ...openapi, paths: { ...openapi.paths, '/menus': {} } } };
    expect(findStaleDocuments(other)).toEqual([
      'docs/openapi.json is not what the code says: npm run describe -- --write',
    ]);
  });
});

describe('npm run describe', () => {
  const others = moduleNames.filter((name) => name !== 'payment');
  const alone = { modules: ['payment'], transport: 'rabbitmq' } as const;

  it('prints what a module has to do with the others, and what it consists of', () => {
    const text = printProcess(survey, { modules: survey.modules.map(({ name }) => name), transport: 'in-process' });
    for (const fact of [
      /^order, which depends on delivery, payment, restaurant$/m,
      /^ {4}POST \/orders +Place an order$/m,
      /^ {4}payment\.authorize +from order, in payment\.authorize$/m,
      /^ {4}delivery\.delivered +to order, payment$/m,
      /^ {4}payment\.of-order +of payment$/m,
      /^ {4}1\. hold the money +asks, and waits for payment\.authorized or payment\.declined for \d+ s; undone by payment\.cancelled$/m,
      /^ {4}accounts, .*payments, /m,
      /^Every module has besides, for its messages: .*outbox/m,
    ])
      expect(text).toMatch(fact);
  });

  it('prints only what the process hosts, and says what runs elsewhere', () => {
    const text = printProcess(survey, alone);
    expect(text).toContain(`One process with payment; ${others.join(', ')} elsewhere. Messages travel over RabbitMQ.`);
    expect(text).not.toContain('POST /orders');
  });

  it('draws the same as a Mermaid flowchart', () => {
    const graph = drawProcess(survey, ['payment']);
    expect(graph).toMatch(/^flowchart TB\n/);
    expect(graph).toContain('order(["order, elsewhere"])');
    expect(graph).toMatch(/payment_routes\["GET \/payments\/\{orderId\}<br\/>/);
    expect(graph).toMatch(/order ==>\|"payment\.authorize<br\/>/);
  });
});
