import { httpPaths, listeners } from '@thali/contracts';
import { messages, ownerOf, questions } from './catalogue';
import type { ModuleSurvey } from './survey';

type Surveyed = Pick<ModuleSurvey, 'name' | 'routes' | 'subscriptions' | 'answers'>;

/** Where modules are not what the contracts say of them, each in a sentence: in paths, in who listens, who obeys, and who answers. */
export function findContradictions(surveys: readonly Surveyed[]): string[] {
  return [
    ...surveys.flatMap(findLostPaths),
    ...surveys.flatMap(findDeafAndEavesdropping),
    ...findDisobedience(surveys),
    ...findUnanswered(surveys),
  ];
}

/** The gateway forwards what begins with a declared path, and nothing else. */
function findLostPaths({ name, routes }: Surveyed): string[] {
  const declared = httpPaths[name] ?? [];
  const real = routes.map(({ call }) => call.slice(call.indexOf(' ') + 1));
  const isBelow = (path: string, beginning: string) => `${path}/`.startsWith(`${beginning}/`);
  return [
    ...real
      .filter((path) => !declared.some((beginning) => isBelow(path, beginning)))
      .map((path) => `${name} answers ${path}, which the inventory does not say`),
    ...declared
      .filter((beginning) => !real.some((path) => isBelow(path, beginning)))
      .map((beginning) => `the inventory says that ${name} answers ${beginning}, and no route begins so`),
  ];
}

function findDeafAndEavesdropping({ name, subscriptions }: Surveyed): string[] {
  const declared = (listeners[name] ?? []).map(({ type }) => type);
  const published = messages
    .filter(({ type, owner }) => type.kind === 'command' || owner !== name)
    .map(({ type }) => type.type);
  const real = [...new Set(subscriptions.flatMap(({ types }) => types))].filter((type) => published.includes(type));
  return [
    ...real
      .filter((type) => !declared.includes(type))
      .map((type) => `${name} subscribes to ${type}, which the inventory does not say`),
    ...declared
      .filter((type) => !real.includes(type))
      .map((type) => `the inventory says that ${name} listens to ${type}, and nothing there subscribes to it`),
  ];
}

function findDisobedience(surveys: readonly Surveyed[]): string[] {
  return messages
    .filter(({ type }) => type.kind === 'command')
    .flatMap(({ type: { type }, owner }) => {
      const obeying = surveys.flatMap(({ name, subscriptions }) =>
        subscriptions.filter(({ types }) => types.includes(type)).map(() => name),
      );
      return obeying.join() === owner
        ? []
        : [`${type} is obeyed by ${obeying.join(' and ') || 'nobody'}; it should be by ${owner}, in one place`];
    });
}

function findUnanswered(surveys: readonly Surveyed[]): string[] {
  const answered = surveys.flatMap(({ name, answers }) => answers.map((question) => ({ name, question })));
  return [
    ...questions
      .filter(({ question }) => !answered.some((answer) => answer.question === question.name))
      .map(({ question }) => `${question.name} is answered by nobody`),
    ...answered
      .filter(({ name, question }) => ownerOf(question) !== name)
      .map(({ name, question }) => `${question} is answered by ${name}, and should be by ${ownerOf(question)}`),
  ];
}
