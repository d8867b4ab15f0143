import type { Message } from '../../core';
import type { Receiver } from '../ports/receiver';
import { Transport } from '../ports/transport';

/**
 * The transport within one process: it stores messages in the destination's inbox, in the destination's database, and that commit is
 * the confirmation. No message is ever only in memory, and no object is shared: the consumer reads what was written.
 */
export class InProcessTransport extends Transport {
  private readonly receivers = new Map<string, Receiver>();

  register(receiver: Receiver): void {
    this.receivers.set(receiver.module, receiver);
  }

  neighbours(): Receiver[] {
    return [...this.receivers.values()];
  }

  routes(): { type: string; destination: string }[] {
    return [...this.receivers.values()].flatMap(({ module, types }) =>
      types.map((type) => ({ type, destination: module })),
    );
  }

  async start(): Promise<void> {}

  async deliver(destination: string, messages: readonly Message[]): Promise<void> {
    const receiver = this.receivers.get(destination);
    if (!receiver) throw new Error(`no module ${destination} in this process`);
    await receiver.receive(messages);
  }

  async stop(): Promise<void> {}
}
