import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { publicKey } from '@tollkeeper/contract';
import { describe, expect, it } from 'vitest';
import { type HelloClaims, signHello, verifyHello } from '../messages/hello.ts';
import {
  createIdentity,
  deriveSigningKey,
  identityText,
  publicKeyText,
  readIdentity,
  readPublicKey,
} from './keys.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

describe('the signing key', () => {
  it('is the same for the same secret, in every version, and another for another', () => {
    // Pinned: gateways that joined an older version know the key by this text.
    expect(publicKeyText(deriveSigningKey('secret'))).toBe(
      'IlRsNqE4VA3lnrL4w318C2lDxmXI-3d46kxH2-ReKxI',
    );
    expect(publicKeyText(deriveSigningKey('secret2'))).not.toBe(
      publicKeyText(deriveSigningKey('secret')),
    );
  });
});

describe('a public key', () => {
  it('has one text, whichever half it is taken from, and is read back', () => {
    const identity = createIdentity();
    const text = publicKeyText(identity);
    expect(publicKey.parse(text)).toBe(text);
    expect(publicKeyText(createPublicKey(identity))).toBe(text);
    expect(publicKeyText(readPublicKey(text))).toBe(text);
    const readable = [...ALPHABET].filter((last) => canRead(text.slice(0, -1) + last));
    expect(readable).toHaveLength(ALPHABET.length / 4);
  });

  it.each(['', 'A', 'A'.repeat(42), 'A'.repeat(44), `${'A'.repeat(42)}=`, `${'A'.repeat(42)}+`])(
    'is not read from "%s"',
    (text) => expect(() => readPublicKey(text)).toThrow(RangeError),
  );

  it('is none of another kind of key', () => {
    const { publicKey: rsa } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    expect(() => publicKeyText(rsa)).toThrow(TypeError);
  });
});

describe('an identity', () => {
  it('is stored as text and read back', () => {
    const identity = createIdentity();
    expect(readIdentity(identityText(identity)).equals(identity)).toBe(true);
    expect(() => identityText(createPublicKey(identity))).toThrow(TypeError);
    for (const text of ['', 'A', 'A'.repeat(44), `${identityText(identity)}\n`]) {
      expect(() => readIdentity(text)).toThrow(RangeError);
    }
  });

  it('is proven for one challenge, one gateway, one instance, and what that has', () => {
    const identity = createIdentity();
    const key = readPublicKey(publicKeyText(identity));
    const claims: HelloClaims = {
      ...{ gatewayId: 'gw_1', instanceId: 'run', nonce: 'own', workspaceId: 'ws_1' },
      ...{ version: 7, latest: { version: 8, revision: 'revision' } },
    };
    const signature = signHello(identity, 'nonce', claims);
    expect(verifyHello(key, 'nonce', claims, signature)).toBe(true);
    const stranger = createPublicKey(createIdentity());
    expect(verifyHello(stranger, 'nonce', claims, signature)).toBe(false);
    expect(verifyHello(key, 'other', claims, signature)).toBe(false);
    for (const other of [
      ...[{ gatewayId: 'gw_2' }, { instanceId: 'again' }, { nonce: 'other' }],
      ...[{ workspaceId: 'ws_2' }, { version: 6 }, { version: null }, { latest: null }],
      ...[
        { latest: { version: 9, revision: 'revision' } },
        { latest: { version: 8, revision: 'other' } },
      ],
    ]) {
      expect(verifyHello(key, 'nonce', { ...claims, ...other }, signature)).toBe(false);
    }
    for (const text of ['', signature.slice(1), `${signature}=`, 'A'.repeat(86)]) {
      expect(verifyHello(key, 'nonce', claims, text)).toBe(false);
    }
  });
});

function canRead(text: string): boolean {
  try {
    return readPublicKey(text) !== undefined;
  } catch {
    return false;
  }
}
