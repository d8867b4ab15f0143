import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';

/** What Debian's packages ask before they start a service; exit code 101 is no. */
const policy = '/usr/sbin/policy-rc.d';

/** Whether Debian's own package can be installed here. */
export function canInstallRabbitMq(): boolean {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get');
}

/**
 * Installs Debian's package, but does not have it start a broker of its own.
 *
 * @throws {Error} when it cannot be installed here, or with what apt-get says.
 */
export function installRabbitMq(): void {
  if (!canInstallRabbitMq()) throw new Error('rabbitmq-server is missing, and only root can install it, on Debian');
  const ours = !existsSync(policy);
  if (ours) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    aptGet('update');
    aptGet('install', '--yes', '--no-install-recommends', 'rabbitmq-server');
  } finally {
    if (ours) rmSync(policy);
  }
}

function aptGet(...args: string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // Somebody else may be installing something at this moment.
  const options = ['--quiet', '--option', 'DPkg::Lock::Timeout=120', '--option', 'Acquire::Retries=3'];
  const { status, stderr } = spawnSync('apt-get', [...options, ...args], { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`apt-get ${args[0]} failed: ${stderr.trim().split('\n').at(-1)}`);
}
