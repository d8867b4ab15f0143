import { dependenciesOf } from './edges';
import { messages, questions } from './catalogue';
import type { ModuleSurvey } from './survey';

/** A module as text: everything that goes in and out, and what is within. */
export function printModule(survey: ModuleSurvey, plumbing: readonly string[]): string {
  const { name, routes, subscriptions, sagas, tables } = survey;
  const own = messages.filter(({ owner }) => owner === name);
  const handled = (type: string) => subscriptions.filter(({ types }) => types.includes(type)).map((subscription) => subscription.name);
  const heard = messages.filter(({ type, listeners, senders }) => type.kind === 'event' && (listeners.includes(name) || (senders.includes(name) && handled(type.type).length > 0)));
  const published = messages.map(({ type }) => type.type);
  const timers = subscriptions.flatMap(({ types }) => types).filter((type) => !published.includes(type));
  const parts: [string, string[]][] = [
    ['routes', routes.map(({ call, summary }) => line(call, summary))],
    ['obeys', own.filter(({ type }) => type.kind === 'command').map(({ type, senders }) => line(type.type, `from ${senders.join(', ')}`))],
    ['hears', heard.map(({ type }) => line(type.type, `as ${handled(type.type).join(', ')}`))],
    ['reminds itself of', [...new Set(timers)]],
    ['announces', own.filter(({ type }) => type.kind === 'event').map(({ type, listeners }) => line(type.type, listeners.length > 0 ? `to ${listeners.join(', ')}` : ''))],
    ['sends', messages.filter(({ type, senders }) => type.kind === 'command' && senders.includes(name)).map(({ type, owner }) => line(type.type, `to ${owner}`))],
    ['asks', questions.filter(({ askers }) => askers.includes(name)).map(({ question, owner }) => line(question.name, `of ${owner}`))],
    ['answers', [...survey.answers]],
    ['sagas', sagas.flatMap(printSaga)],
    ['tables', [tables.filter((table) => !plumbing.includes(table)).join(', ')]],
    ['depends on', [dependenciesOf(name).join(', ') || 'no other module']],
  ];
  const blocks = parts.filter(([, lines]) => lines.length > 0).map(([title, lines]) => [`  ${title}`, ...lines.map((text) => `    ${text}`)].join('\n'));
  return [name, ...blocks].join('\n');
}
