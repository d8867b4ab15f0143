import { messages, questions } from './catalogue';
import type { ModuleSurvey, Survey } from './survey';

/** The modules and what goes between them, as a Mermaid flowchart. */
export function drawModules(modules: readonly string[]): string {
  return ['flowchart LR', ...modules.map((name) => `  ${name}(["${name}"])`), ...drawEdges(modules)].join('\n');
}

/** The same, and what each module consists of that this process hosts. */
export function drawProcess({ modules: surveys }: Survey, hosted: readonly string[]): string {
  const boxes = surveys.flatMap((survey) =>
    hosted.includes(survey.name)
      ? [`  subgraph ${survey.name}`, ...drawInside(survey), '  end']
      : [`  ${survey.name}(["${survey.name}, elsewhere"])`],
  );
  return ['flowchart TB', ...boxes, ...drawEdges(surveys.map(({ name }) => name))].join('\n');
}

function drawInside({ name, routes, sagas, tables }: ModuleSurvey): string[] {
  const box = (id: string, lines: readonly string[]) =>
    lines.length > 0 ? [`    ${name}_${id}["${label(lines)}"]`] : [];
  return [
    ...box(
      'routes',
      routes.map(({ call }) => call),
    ),
    ...sagas.flatMap((saga, at) =>
      box(`saga${at}`, [saga.name, ...saga.steps.map((step, n) => `${n + 1}. ${step.name}`)]),
    ),
    `    ${name}_tables[("${label(tables)}")]`,
  ];
}

/** Commands with a thick arrow, events with a dotted one, questions with a round end. What stays in a module, or reaches nobody, is not drawn. */
function drawEdges(modules: readonly string[]): string[] {
  const arrow = (from: string, to: string, kind: string, names: readonly string[]) =>
    from !== to && names.length > 0 ? [`  ${from} ${kind}|"${label(names)}"| ${to}`] : [];
  const sent = (from: string, to: string, kind: 'command' | 'event') =>
    messages
      .filter(({ type, senders, listeners }) => type.kind === kind && senders.includes(from) && listeners.includes(to))
      .map(({ type }) => type.type);
  const asked = (from: string, to: string) =>
    questions.filter(({ owner, askers }) => owner === to && askers.includes(from)).map(({ question }) => question.name);
  return modules.flatMap((from) =>
    modules.flatMap((to) => [
      ...arrow(from, to, '==>', sent(from, to, 'command')),
      ...arrow(from, to, '-.->', sent(from, to, 'event')),
      ...arrow(from, to, '--o', asked(from, to)),
    ]),
  );
}

function label(lines: readonly string[]): string {
  return lines.join('<br/>').replace(/"/g, '#quot;');
}
