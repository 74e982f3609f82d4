import { CANARY_RETIRED_MS } from '@tollkeeper/protocol';
import { createKeyIndex, hashSecret, type KeyIndex, putSecret } from '@tollkeeper/verify';
import { beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import type { CanaryCaller, NoKeys, WorkspaceKeys } from '../fleet.ts';
import { createCounters } from '../limits/index.ts';
import { KEY, PLACE, REQUEST, SECRET, withCall } from './authorize.fixture.ts';
import { authorize } from './authorize.ts';

const counters = createCounters(systemClock);
let index: KeyIndex;
let keys: WorkspaceKeys | NoKeys;
let counted: string[];
let canaries: (CanaryCaller & { readonly keyId: string })[];
const fleet = {
  keys: () => keys,
  count: ({ keyId }: { keyId: string }) => void counted.push(keyId),
  countCanary: (keyId: string, caller: CanaryCaller) => void canaries.push({ keyId, ...caller }),
};

beforeEach(() => {
  index = createKeyIndex();
  keys = { index, ...PLACE, gateway: { name: 'edge-1', labels: {} } };
  counted = [];
  canaries = [];
});

describe('a call by a canary key', () => {
  const agent = withCall({ rawHeaders: ['User-Agent', `curl/8 ${SECRET}`] });

  it('is denied like one by a key that does not exist, and reported with its caller', () => {
    const unknown = authorize(fleet, agent, 0, counters);
    expect(canaries).toEqual([]);
    putSecret(index, hashSecret(SECRET), { ...KEY, retiresAtMs: CANARY_RETIRED_MS });
    expect(authorize(fleet, agent, 0, counters)).toEqual(unknown);
    expect(unknown).toMatchObject({ code: 'not_found', keyId: undefined });
    // The text of the key is nowhere stored.
    const userAgent = `curl/8 ${SECRET.slice(0, 12)}…`;
    expect(canaries).toEqual([{ keyId: KEY.keyId, ip: agent.ip, userAgent }]);
    expect(counted).toEqual([]);
  });

  it('is reported without what is not known of it', () => {
    putSecret(index, hashSecret(SECRET), { ...KEY, retiresAtMs: CANARY_RETIRED_MS });
    authorize(fleet, { ...REQUEST, ip: '', call: undefined }, 0, counters);
    const rawHeaders = ['User-Agent', 'curl/8'];
    authorize(fleet, { ...REQUEST, ip: '', call: undefined, rawHeaders }, 0, counters);
    expect(canaries).toEqual([
      { keyId: KEY.keyId, ip: null, userAgent: null },
      { keyId: KEY.keyId, ip: null, userAgent: 'curl/8' },
    ]);
  });

  it('is not reported while nothing can be decided', () => {
    keys = 'snapshot_stale';
    authorize(fleet, REQUEST, 0, counters);
    expect(canaries).toEqual([]);
  });
});
