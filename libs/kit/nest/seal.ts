import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const algorithm = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;

/**
 * Encrypts secrets that pass through messages, tables and logs that others may read: AES-256-GCM with a key that only the processes of this
 * deployment have.
 */
export class Seal {
  private derived: Buffer | undefined;

  /** @param secret at least 16 characters, the same in every process; read when it is needed first. */
  constructor(private readonly secret: string | (() => string)) {}

  private get key(): Buffer {
    const { secret } = this;
    return (this.derived ??= createHash('sha256')
      .update(typeof secret === 'string' ? secret : secret())
      .digest());
  }

  seal(text: string): string {
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv(algorithm, this.key, iv);
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url');
  }

  /** @throws when it was sealed with another secret, or changed since. */
  open(sealed: string): string {
    const bytes = Buffer.from(sealed, 'base64url');
    const decipher = createDecipheriv(algorithm, this.key, bytes.subarray(0, ivBytes));
    decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
    return Buffer.concat([decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()]).toString('utf8');
  }
}

/** The secret of a single-process deployment: made once, kept beside its data, readable by its owner only. */
export function secretIn(directory: string): string {
  const file = join(directory, 'secret');
  if (!existsSync(file)) {
    mkdirSync(directory, { recursive: true });
    writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' });
  }
  return readFileSync(file, 'utf8');
}
