import type { AnyMessageType, Log } from '../core';
import { InProcessQuestions, InProcessTransport, type Questions, type Transport } from '../messaging';
import { RabbitMqQuestions, RabbitMqTransport } from '../messaging/rabbitmq';
import type { Settings } from './settings';

/** By module, the messages of other modules that it subscribes to. */
export type Listeners = Readonly<Record<string, readonly AnyMessageType[]>>;

export interface Bus {
  transport: Transport;
  questions: Questions;
}

/** The bus that the settings ask for. */
export function openBus({ transport, rabbitMqUrl: url, prefix }: Settings, listeners: Listeners, log: Log): Bus {
  if (transport === 'in-process') return { transport: new InProcessTransport(), questions: new InProcessQuestions() };
  const wanted = Object.fromEntries(
    Object.entries(listeners).map(([module, types]) => [module, types.map(({ type }) => type)]),
  );
  const name = prefix.toLowerCase();
  return {
    transport: new RabbitMqTransport({ url, wanted, log, prefix: name }),
    questions: new RabbitMqQuestions({ url, log, prefix: name }),
  };
}
