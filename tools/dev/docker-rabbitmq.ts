import { execFile } from 'node:child_process';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { answersAt } from './answers-at';

const image = 'rabbitmq:4';
const pollMs = 200;
const startWithinMs = 60_000;

/** Whether a Docker engine answers. */
export async function hasDocker(): Promise<boolean> {
  return docker('info').then(
    () => true,
    () => false,
  );
}

/**
 * Starts a broker in a container, on a free port of 127.0.0.1.
 *
 * @param directory where its data stay for the next one; without it they are gone when it stops.
 * @throws {Error} when it does not start.
 */
export async function launchInDocker({ directory }: { directory?: string } = {}): Promise<{
  url: string;
  stop(): Promise<void>;
}> {
  // Its data go by the name of the host.
  const data = directory ? ['--hostname', 'thali', '--volume', `${path.resolve(directory)}:/var/lib/rabbitmq`] : [];
  const container = await docker('run', '--detach', '--rm', '--publish', '127.0.0.1::5672', ...data, image);
  const stop = async () => void (await docker('stop', container));
  const url = `amqp://guest:guest@${await docker('port', container, '5672')}`;
  const until = Date.now() + startWithinMs;
  while (!(await answersAt(url))) {
    if (Date.now() > until) {
      await stop();
      throw new Error(`${image} did not answer within ${startWithinMs / 1000} seconds`);
    }
    await pause(pollMs);
  }
  return { url, stop };
}

async function docker(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('docker', args);
  return stdout.trim();
}
