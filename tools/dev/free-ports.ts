import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below those that the system takes for outgoing connections: there a port could be gone while its server is restarted. */
const [lowest, highest] = [10_000, 32_000];

/** The first of so many ports in a row that nobody listens on. */
export async function findFreePorts(count = 1): Promise<number> {
  for (;;) {
    const first = randomInt(lowest, highest);
    if (await areFree(Array.from({ length: count }, (_, n) => first + n))) return first;
  }
}

async function areFree(ports: readonly number[]): Promise<boolean> {
  const servers = ports.map((port) => createServer().listen(port, '127.0.0.1'));
  try {
    await Promise.all(servers.map((server) => once(server, 'listening')));
    return true;
  } catch {
    return false;
  } finally {
    await Promise.all(servers.filter(({ listening }) => listening).map((server) => once(server.close(), 'close')));
  }
}
