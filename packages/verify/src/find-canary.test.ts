import { CANARY_RETIRED_MS } from '@tollkeeper/protocol';
import { describe, expect, it } from 'vitest';
import { decide } from './decide.ts';
import { findCanary } from './find-canary.ts';
import { putOwner } from './index/key-holders.ts';
import { putSecret } from './index/key-index.ts';
import { createKeyIndex } from './index/key-store.ts';
import type { KeyFacts } from './key-facts.ts';
import { createSecret, hashSecret } from './key-text.ts';
import { exampleKey, exampleOwner } from './testing/example-key.ts';

const SECRET = createSecret('tk_live_', (count) => new Uint8Array(count).fill(7));

function indexWith(facts: Partial<KeyFacts>) {
  const index = createKeyIndex();
  putOwner(index, exampleOwner());
  const canary = { retiresAtMs: CANARY_RETIRED_MS };
  putSecret(index, hashSecret(SECRET), exampleKey({ ...canary, ...facts }));
  return index;
}

describe('a canary key', () => {
  it('is decided like a key that does not exist, at any time and whatever is asked', () => {
    const index = indexWith({});
    for (const nowMs of [CANARY_RETIRED_MS, Date.now()]) {
      expect(decide(index, { secret: SECRET }, nowMs)).toEqual({ code: 'not_found', slot: -1 });
    }
  });

  it('is found by its text, though it has expired and is confined', () => {
    const index = indexWith({ expiresAtMs: 5, workspaceId: 'ws_1', allowedIps: ['10.0.0.1'] });
    expect(findCanary(index, SECRET)).toMatchObject({ keyId: 'key_1', organizationId: 'org_1' });
  });

  it.each(['disabled', 'revoked'] as const)('is found no longer once it is %s', (status) => {
    expect(findCanary(indexWith({ status }), SECRET)).toBeUndefined();
  });

  it.each([null, 1, 1_700_000_000_000])('is no key whose secret retires at %s', (retiresAtMs) => {
    expect(findCanary(indexWith({ retiresAtMs }), SECRET)).toBeUndefined();
  });

  it.each(['', 'tk_live_', `${SECRET.slice(0, -1)}?`, `${SECRET}x`])(
    'is not the text %j',
    (text) => {
      expect(findCanary(indexWith({}), text)).toBeUndefined();
    },
  );
});
