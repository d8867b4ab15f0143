import type { Settings } from '@thali/kit/nest';
import type { AnyMessageType } from '@thali/kit/core';
import type { Step } from '@thali/kit/saga';
import { messages, questions } from './catalogue';
import { dependenciesOf } from './edges';
import type { ModuleSurvey, Survey } from './survey';

/** The process that the settings speak of, as text. */
export function printProcess(
  { modules: surveys, plumbing }: Survey,
  { modules, transport }: Pick<Settings, 'modules' | 'transport'>,
): string {
  const absent = surveys.filter(({ name }) => !modules.includes(name)).map(({ name }) => name);
  const elsewhere = absent.length > 0 ? `; ${absent.join(', ')} elsewhere` : '';
  const hosted = surveys.filter(({ name }) => modules.includes(name));
  return [
    `One process with ${modules.join(', ')}${elsewhere}. Messages travel ${transport === 'rabbitmq' ? 'over RabbitMQ' : 'within the process'}.`,
    ...hosted.map(printModule),
    `Every module has besides, for its messages: ${plumbing.join(', ')}.`,
  ].join('\n\n');
}

/** All that goes in and out of a module, and what is within. */
function printModule(survey: ModuleSurvey): string {
  const { name, routes, answers, sagas, tables } = survey;
  return [
    `${name}, which depends on ${dependenciesOf(name).join(', ') || 'no other'}`,
    ...block(
      'routes',
      routes.map(({ call, summary }) => [call, summary]),
    ),
    ...printIncoming(survey),
    ...printOutgoing(name),
    ...block(
      'answers',
      answers.map((question) => [question]),
    ),
    ...sagas.flatMap(({ name: saga, version, steps }) =>
      block(
        `saga ${saga} v${version}`,
        steps.map((step, at) => [`${at + 1}. ${step.name}`, printStep(step)]),
      ),
    ),
    ...block('tables', [[tables.join(', ')]]),
  ].join('\n');
}

function printIncoming({ subscriptions }: ModuleSurvey): string[] {
  const handling = [...new Set(subscriptions.flatMap(({ types }) => types))].map((type) => ({
    type,
    published: messages.find((message) => message.type.type === type),
    handlers: subscriptions.filter(({ types }) => types.includes(type)).map((subscription) => subscription.name),
  }));
  const of = (kind: string) => handling.filter(({ published }) => published?.type.kind === kind);
  return [
    ...block(
      'obeys',
      of('command').map(({ type, published, handlers }) => [
        type,
        `from ${published?.senders.join(', ')}, in ${handlers.join(', ')}`,
      ]),
    ),
    ...block(
      'hears',
      of('event').map(({ type, handlers }) => [type, `in ${handlers.join(', ')}`]),
    ),
    ...block(
      'reminds itself with',
      handling.filter(({ published }) => !published).map(({ type }) => [type]),
    ),
  ];
}

function printOutgoing(name: string): string[] {
  const sent = messages.filter(({ senders }) => senders.includes(name));
  const of = (kind: string) => sent.filter(({ type }) => type.kind === kind);
  const asked = questions.filter(({ askers }) => askers.includes(name));
  return [
    ...block(
      'announces',
      of('event').map(({ type, listeners }) => [type.type, listeners.length > 0 ? `to ${listeners.join(', ')}` : '']),
    ),
    ...block(
      'sends',
      of('command').map(({ type, listeners }) => [type.type, `to ${listeners.join(', ')}`]),
    ),
    ...block(
      'asks',
      asked.map(({ question, owner }) => [question.name, `of ${owner}`]),
    ),
  ];
}

function printStep({ send, done, failed, withinMs, undo }: Step<unknown, unknown>): string {
  const how = send === 'nothing' ? 'waits for' : 'asks, and waits for';
  const back =
    typeof undo === 'object'
      ? `undone by ${typesIn(undo.done)}`
      : undo === 'nothing'
        ? 'nothing to undo'
        : 'cannot be undone';
  return `${how} ${typesIn([...done, ...failed])} for ${withinMs / 1000} s; ${back}`;
}

function typesIn(types: readonly AnyMessageType[]): string {
  return types.map(({ type }) => type).join(' or ');
}

/** Lines of one or two columns under a title, or nothing at all. */
function block(title: string, lines: readonly (readonly [what: string, about?: string])[]): string[] {
  const width = Math.max(...lines.map(([what]) => what.length));
  const rows = lines.map(([what, about = '']) => `    ${what.padEnd(width)}  ${about}`.trimEnd());
  return rows.length > 0 ? [`  ${title}`, ...rows] : [];
}
