import type { AnyMessageType } from '../core';
import { InProcessQuestions, InProcessTransport, type Transport } from '../event-bus';
import type { Log } from '../observability';
import type { Settings } from './settings';

/** By module, what it wants to hear of the others. */
export type Listeners = Readonly<Record<string, readonly AnyMessageType[]>>;

/** The bus that the settings ask for. */
export function openBus(settings: Settings, _listeners: Listeners, _log: Log): { transport: Transport; questions: InProcessQuestions } {
  if (settings.transport === 'rabbitmq') throw new Error('not wired');
  return { transport: new InProcessTransport(), questions: new InProcessQuestions() };
}
