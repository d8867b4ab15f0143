import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type NetConnectOpts, type Socket } from 'node:net';
import { Client } from 'pg';

/** The cable between a process and its database. */
export interface Plug {
  /** As the URL given, but through the cable. */
  readonly url: string;
  /** From now on nothing gets through; what was under way is cut off. To the server it is as if the process had died. */
  pull(): void;
  putBack(): void;
  /** From now on what the server says does not arrive, until it is let go on. */
  hold(): void;
  letGo(): void;
  close(): Promise<void>;
}

/** Connects through a cable that can be pulled. @param onConnection called for each connection through it. */
export async function aPlug(url: string, onConnection: () => void = () => {}): Promise<Plug> {
  const { target, through } = placeOf(url);
  const sockets = new Set<Socket>();
  const answering = new Set<Socket>();
  let pulled = false;
  const server = createServer((near) => {
    const far = connect(target);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(one);
          other.destroy();
        });
      one.pipe(other);
    }
    answering.add(far.on('close', () => answering.delete(far)));
    onConnection();
    if (pulled) near.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const pull = () => {
    pulled = true;
    for (const socket of sockets) socket.destroy();
  };
  const close = async () => {
    pull();
    server.close();
    await once(server, 'close');
  };
  return {
    url: through((server.address() as AddressInfo).port),
    pull,
    putBack: () => void (pulled = false),
    hold: () => answering.forEach((socket) => socket.pause()),
    letGo: () => answering.forEach((socket) => socket.resume()),
    close,
  };
}

/** Where a server is, and the same server's URL through a port of this machine. */
export function placeOf(url: string): { target: NetConnectOpts; through: (port: number) => string } {
  const { host, port, user = '', password, database = '' } = new Client({ connectionString: url });
  const login = password ? `${user}:${encodeURIComponent(String(password))}` : user;
  return {
    target: host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port },
    through: (near) => `postgresql://${login}@127.0.0.1:${near}/${database}`,
  };
}
