import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type NetConnectOpts, type Server, type Socket } from 'node:net';
import { placeOf } from '../../../postgres/testing';
import { amqp } from './amqp';
import { postgres } from './postgres';
import { Frames, type Protocol, type Sender } from './protocol';

/** A message on the wire: the nth of its name, counted from when it was asked to be the last. */
export interface Exchange {
  /** `talker → delete from outbox` is the question, `talker ← delete from outbox` its answer. */
  readonly name: string;
  readonly nth: number;
}

/**
 * All that connects a process with the world: the connections to its databases and to its broker. What a process does, it
 * does through them, and so to everybody else it dies in the instant in which all of them are cut; and that instant can
 * be chosen by what is on the wire: before any message, the process's own or one that it is about to hear.
 */
export class Cables {
  /** The names of what has passed, in order, since `cutBefore`. */
  readonly passed: string[] = [];
  private readonly servers: Server[] = [];
  private readonly sockets = new Set<Socket>();
  private last: Exchange | undefined;
  private cut = false;

  get areCut(): boolean {
    return this.cut;
  }

  /** @returns the URL by which the process reaches that database or broker. @param owner whose it is. */
  async lay(url: string, owner: string): Promise<string> {
    const isAmqp = /^amqps?:/.test(url);
    const { target, through } = isAmqp ? amqpPlace(url) : placeOf(url);
    const server = createServer({ noDelay: true }, (near) =>
      this.connect(near, target, isAmqp ? amqp : postgres, owner),
    );
    this.servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return through((server.address() as AddressInfo).port);
  }

  /** The process dies before this passes; without one it lives. Counting begins anew. */
  cutBefore(last?: Exchange): void {
    this.passed.length = 0;
    this.last = last;
  }

  async close(): Promise<void> {
    this.end();
    await Promise.all(this.servers.splice(0).map((server) => once(server.close(), 'close')));
  }

  private connect(near: Socket, target: NetConnectOpts, protocol: Protocol, owner: string): void {
    if (this.cut) return void near.destroy();
    const far = connect({ noDelay: true, ...target });
    const follow = protocol.follow();
    const pipe = (from: Socket, to: Socket, sender: Sender) => {
      const frames = new Frames(protocol, sender);
      this.sockets.add(from);
      from
        .on('error', () => {})
        .on('close', () => {
          this.sockets.delete(from);
          // What was passed on arrives.
          to.destroySoon();
        })
        .on('data', (bytes) => {
          to.cork();
          for (const frame of frames.take(bytes as Buffer)) {
            const what = follow(sender, frame);
            if (what) this.pass(`${owner} ${sender === 'client' ? '→' : '←'} ${what}`);
            if (this.cut) break;
            to.write(frame);
          }
          to.uncork();
        });
    };
    pipe(near, far, 'client');
    pipe(far, near, 'server');
  }

  private pass(name: string): void {
    const nth = 1 + this.passed.filter((other) => other === name).length;
    if (name !== this.last?.name || nth !== this.last.nth) return void this.passed.push(name);
    this.cut = true;
    this.end();
  }

  private end(): void {
    for (const socket of this.sockets) socket.destroySoon();
  }
}

/** As {@link placeOf}, for a broker. */
function amqpPlace(url: string): ReturnType<typeof placeOf> {
  const { hostname, port } = new URL(url);
  const through = (near: number) => {
    const nearer = new URL(url);
    nearer.host = `127.0.0.1:${near}`;
    return nearer.href;
  };
  return { target: { host: hostname, port: Number(port || 5672) }, through };
}
