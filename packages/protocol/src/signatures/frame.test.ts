import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DOWNWARD_CONTEXT, type Downward, type DownwardOf } from '../messages/downward.ts';
import { DOWNWARD_BYTES_MAX } from '../protocol-version.ts';
import { FrameError, openFrame, sealFrame } from './frame.ts';
import { createIdentity, deriveSigningKey } from './keys.ts';

const key = deriveSigningKey('secret');
const pinned = createPublicKey(key);
const NONE = new Uint8Array(0);

const changes: DownwardOf<'changes'> = {
  type: 'changes',
  organizationId: 'org_1',
  workspaceId: 'ws_7dQx0mJ2vK4tR9sZ1aBc',
  from: 7,
  to: 8,
  epoch: '0'.repeat(32),
  latest: { version: 9, revision: '00000000-0000-4000-8000-000000000000' },
};
const headers: Downward[] = [
  { type: 'challenge', protocol: 1, nonce: 'n'.repeat(43) },
  { type: 'removed', nonce: 'n'.repeat(43), gatewayId: 'gw_7dQx0mJ2vK4tR9sZ1aBc' },
  { type: 'refused', code: 'unavailable', detail: 'One line\nanother "quoted" \u2028 ключ' },
  { type: 'usage-stored', spoolId: 'spool', sequence: 1 },
];

describe('a frame', () => {
  it.each(headers)('of type $type is read back', (header) => {
    expect(openFrame(sealFrame(header, NONE, key), pinned)).toEqual({
      header,
      body: Buffer.alloc(0),
    });
  });

  it('brings any body along', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000, size: 'max' }), (body) => {
        const opened = openFrame(sealFrame(changes, body, key), pinned);
        expect(opened.header).toEqual(changes);
        expect([...opened.body]).toEqual([...body]);
      }),
    );
  });

  it("is refused when it is another's, or any bit of it flips", () => {
    const bytes = sealFrame(changes, Uint8Array.of(1, 2, 3), key);
    expect(reasonOf(bytes, createPublicKey(createIdentity()))).toBe('signature');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = bytes.slice();
      flipped[bit >>> 3] = (flipped[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
      expect(reasonOf(flipped)).toBe('signature');
    }
  });

  it('is refused when it is cut, or longer than it was', () => {
    const bytes = sealFrame(changes, Uint8Array.of(1, 2, 3), key);
    for (let length = 0; length < bytes.length; length++) {
      expect(reasonOf(bytes.slice(0, length))).toBe('signature');
    }
    expect(reasonOf(Buffer.concat([bytes, bytes.subarray(0, 1)]))).toBe('signature');
  });

  it('is refused when the same key signed the bytes for something else', () => {
    const rest = sealFrame(changes, NONE, key).subarray(64);
    expect(reasonOf(Buffer.concat([sign(null, rest, key), rest]))).toBe('signature');
  });

  it.each([
    '',
    JSON.stringify(changes),
    `${JSON.stringify(changes)} `,
    '\n',
    'null\n',
    '{}\n',
    `${JSON.stringify({ ...changes, type: 'other' })}\n`,
    `${JSON.stringify({ ...changes, more: 1 })}\n`,
    `${JSON.stringify({ ...changes, from: -1 })}\n`,
    `${JSON.stringify({ ...changes, from: '7' })}\n`,
    `${JSON.stringify(headers[0])}\nbody`,
    `${JSON.stringify(headers[2])}\n`.replace('ключ', '\xff'),
  ])('is malformed, signed as it may be, with "%s"', (text) => {
    const rest = Buffer.from(text, 'latin1');
    const signature = sign(null, Buffer.concat([Buffer.from(DOWNWARD_CONTEXT), rest]), key);
    expect(reasonOf(Buffer.concat([signature, rest]))).toBe('malformed');
  });

  it('has its size limited on both ends', () => {
    const head = sealFrame(changes, NONE, key).length;
    const body = new Uint8Array(DOWNWARD_BYTES_MAX - head);
    expect(openFrame(sealFrame(changes, body, key), pinned).body).toHaveLength(body.length);
    expect(() => sealFrame(changes, new Uint8Array(body.length + 1), key)).toThrow(RangeError);
    expect(reasonOf(new Uint8Array(DOWNWARD_BYTES_MAX + 1))).toBe('malformed');
  });
});

function reasonOf(bytes: Uint8Array, by: KeyObject = pinned): FrameError['reason'] {
  try {
    openFrame(bytes, by);
  } catch (error) {
    if (error instanceof FrameError) return error.reason;
    throw error;
  }
  throw new Error('The frame was accepted');
}
