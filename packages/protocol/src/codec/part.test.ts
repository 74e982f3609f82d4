import { SCOPES } from '@tollkeeper/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entry, idOf, inFormat1, keyEntry } from '../testing/entry.ts';
import { checkPart, decodePart } from './decode-part.ts';
import { encodePart, encodeParts } from './encode-part.ts';
import type { Entry, KeyEntry } from './entry.ts';
import { PartError, partFormat } from './part-format.ts';

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
  tags: ['ci'],
  profile: 'custom',
  createdAtMs: 1_700_000_000_000,
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

  it('brings back in format 1 all that version 3 knows, and no policies', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 20 }), (entries) => {
        const known = entries.flatMap((each) => inFormat1(each) ?? []);
        const part = encodePart(entries, 1);
        expect(plain(decodePart(part))).toEqual(known);
        expect(partFormat(part)).toBe(known.length === 0 ? undefined : 1);
        expect(partFormat(encodePart(entries))).toBe(entries.length === 0 ? undefined : 2);
      }),
    );
  });

  it('brings back statements of any JSON', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (json) => {
        const statements = JSON.parse(JSON.stringify(json));
        const policyId = idOf('pol', 1);
        const policy: Entry = { type: 'policy', policyId, mode: 'enforce', statements };
        expect(decodePart(encodePart([policy]))).toEqual([policy]);
      }),
    );
  });

  it('has its policies checked by what evaluates them, before anything is applied', () => {
    const policy: Entry = {
      type: 'policy',
      policyId: idOf('pol', 1),
      mode: 'shadow',
      statements: [{ effect: 'forbid' }],
    };
    const checked: unknown[] = [];
    checkPart('org_1', encodePart([policy, key]), (each) => checked.push(each));
    expect(checked).toEqual([policy]);
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
          for (const part of parts) expect(part.length).toBeLessThan(bytes + 2600);
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
    { tags: ['t'.repeat(256)] },
    { secrets: [{ hash: new Uint8Array(31), retiresAtMs: null }] },
  ])('is not written: %j', (fields) => {
    expect(reasonOf(() => encodePart([{ ...key, ...fields }]))).toBe('malformed');
  });

  it.each<Entry>([
    { type: 'policy', policyId: idOf('key', 1), mode: 'enforce', statements: [] },
    { type: 'policy', policyId: idOf('pol', 1), mode: 'enforce', statements: ['x'.repeat(4e6)] },
    { type: 'policy-removed', policyId: '' },
    {
      type: 'owner',
      memberId: idOf('mem', 1),
      active: true,
      scopes: [],
      allApiScopes: false,
      roleId: 'role_',
    },
  ])('is not written: %#', (written) => {
    expect(reasonOf(() => encodePart([written]))).toBe('malformed');
  });

  it('is no list of statements, or another spelling of one', () => {
    const part = encodePart([
      { type: 'policy', policyId: idOf('pol', 1), mode: 'enforce', statements: ['ab'] },
    ]);
    for (const spelling of ['{"a":1}', '["a"] ', '["a\\/"', '["aé"']) {
      const bytes = Buffer.from(part);
      bytes.write(spelling.slice(0, 6), bytes.length - 6, 'latin1');
      expect(reasonOf(() => decodePart(bytes))).toBe('malformed');
      expect(reasonOf(() => checkPart('org_1', bytes))).toBe('malformed');
    }
  });

  it('is a policy in format 1', () => {
    const part = Uint8Array.from(
      encodePart([{ type: 'policy-removed', policyId: idOf('pol', 1) }]),
    );
    part[0] = 1;
    expect(reasonOf(() => decodePart(part))).toBe('malformed');
    part[0] = 3;
    expect(reasonOf(() => decodePart(part))).toBe('malformed');
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
