import { SCOPES } from '@tollkeeper/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entry, idOf, keyEntry } from '../testing/entry.ts';
import { decodePart } from './decode-part.ts';
import { encodePart, encodeParts } from './encode-part.ts';
import type { Entry, KeyEntry } from './entry.ts';
import { PartError } from './part-format.ts';

const key: KeyEntry = {
  type: 'key',
  keyId: idOf('key', 1),
  name: 'ci-pipeline',
  workspaceId: idOf('ws', 1),
  ownerId: idOf('mem', 1),
  status: 'active',
  expiresAtMs: null,
  scopes: ['policies.read'],
  allowedIps: [],
  secrets: [{ hash: new Uint8Array(32).fill(1), retiresAtMs: null }],
};

/** Views of the part become arrays of their own, to be compared. */
function plain(entries: readonly Entry[]): Entry[] {
  return entries.map((each) =>
    each.type === 'key'
      ? { ...each, secrets: each.secrets.map((s) => ({ ...s, hash: Uint8Array.from(s.hash) })) }
      : each,
  );
}

describe('a part', () => {
  it('brings back all that was written, in order', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 20 }), (entries) => {
        expect(plain(decodePart(encodePart(entries)))).toEqual(entries);
      }),
    );
  });

  it('is nothing where nothing is to be said', () => {
    expect(encodePart([])).toHaveLength(0);
    expect(decodePart(new Uint8Array(0))).toEqual([]);
  });

  it('holds about as much as asked, and all parts together hold everything', () => {
    fc.assert(
      fc.property(
        fc.array(keyEntry, { maxLength: 40 }),
        fc.integer({ min: 1, max: 2000 }),
        (...[keys, bytes]) => {
          const parts = [...encodeParts(keys, bytes)];
          expect(plain(parts.flatMap(decodePart))).toEqual(keys);
          for (const part of parts.slice(0, -1)) expect(part.length).toBeGreaterThanOrEqual(bytes);
          for (const part of parts) expect(part.length).toBeLessThan(bytes + 2500);
        },
      ),
    );
  });

  it('leaves out a scope that this build does not know, and no other', () => {
    const known = Buffer.from(encodePart([{ ...key, scopes: ['policies.read', 'usage.read'] }]));
    const text = known.toString('latin1').replace('usage.read', 'usage.wead');
    const [entry] = decodePart(Buffer.from(text, 'latin1'));
    expect(entry).toMatchObject({ scopes: ['policies.read'] });
  });
});

describe('what does not belong in a part', () => {
  it.each<Partial<KeyEntry>>([
    { keyId: '' },
    { keyId: `key_${'0'.repeat(19)}` },
    { keyId: `key_${'0'.repeat(21)}` },
    { keyId: `key_${'0'.repeat(19)}\n` },
    { keyId: idOf('mem', 1) },
    { ownerId: idOf('key', 1) },
    { workspaceId: '' },
    { workspaceId: `ws_${'0'.repeat(19)}é` },
    { name: '' },
    { name: 'n'.repeat(65) },
    { name: 'two\r\nlines' },
    { name: '\u0085' },
    { name: '\ud800' },
    { allowedIps: ['1'.repeat(256)] },
    { secrets: [{ hash: new Uint8Array(31), retiresAtMs: null }] },
  ])('is not written: %j', (fields) => {
    expect(reasonOf(() => encodePart([{ ...key, ...fields }]))).toBe('malformed');
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 8.64e15 + 1])(
    'is a moment like %d: the key has expired',
    (expiresAtMs) => {
      expect(decodePart(encodePart([{ ...key, expiresAtMs }]))).toMatchObject([{ expiresAtMs: 0 }]);
    },
  );

  it('makes nothing of a length that is not there', () => {
    const huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f];
    for (const head of [[1], [1, 0], [1, 0, 1], [1, 1], [1, 0, 0, 4, 0, 0, 0, 0, 0, 0]]) {
      expect(reasonOf(() => decodePart(Uint8Array.of(...head, ...huge)))).toBe('malformed');
    }
  });

  it('has every scope of the catalog, by name', () => {
    const [entry] = decodePart(encodePart([{ ...key, scopes: SCOPES }]));
    expect(entry).toMatchObject({ scopes: SCOPES });
  });
});

function reasonOf(run: () => unknown): PartError['reason'] {
  try {
    run();
  } catch (error) {
    if (error instanceof PartError) return error.reason;
    throw error;
  }
  throw new Error('It was accepted');
}
