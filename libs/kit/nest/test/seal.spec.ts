import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Seal } from '@thali/kit/nest';
import { secretIn } from '../seal';

const seal = new Seal('a secret that only we know');

describe('a seal', () => {
  it('hides a text from everybody but those who share the secret', () => {
    const sealed = seal.seal('tok_visa');
    expect(sealed).not.toContain('tok_visa');
    expect(new Seal('a secret that only we know').open(sealed)).toBe('tok_visa');
    expect(() => new Seal('another secret, as long').open(sealed)).toThrow('unable to authenticate');
  });

  it('never looks the same twice', () => {
    expect(seal.seal('tok_visa')).not.toBe(seal.seal('tok_visa'));
  });

  it.each([0, 14, 30])('is broken by changing what is sealed, at byte %i', (at) => {
    const bytes = Buffer.from(seal.seal('tok_visa'), 'base64url');
    bytes.writeUInt8((bytes.readUInt8(at) + 1) % 256, at);
    expect(() => seal.open(bytes.toString('base64url'))).toThrow('unable to authenticate');
  });
});

describe('the secret of a process by itself', () => {
  const folder = path.join(mkdtempSync(path.join(tmpdir(), 'secret-')), 'data');
  afterAll(() => rmSync(path.dirname(folder), { recursive: true }));

  it('is made once, kept beside its data, and readable by its owner only', () => {
    const secret = secretIn(folder);
    expect(secret.length).toBeGreaterThanOrEqual(32);
    expect(secretIn(folder)).toBe(secret);
    expect(statSync(path.join(folder, 'secret')).mode & 0o077).toBe(0);
  });
});
