import fc from 'fast-check';
import { beforeEach, expect, it } from 'vitest';
import { decide } from '../decide.ts';
import { createSecret, hashSecret } from '../key-text.ts';
import { exampleKey, exampleOwner } from '../testing/example-key.ts';
import { putOwner, removeOwner } from './key-holders.ts';
import { putSecret, removeSecret } from './key-index.ts';
import { putOrganization } from './key-organizations.ts';
import { createKeyIndex, type KeyIndex } from './key-store.ts';

const secret = createSecret('tk_live_', (count) => new Uint8Array(count));
const hash = hashSecret(secret);
let index: KeyIndex;

beforeEach(() => {
  index = createKeyIndex();
  putOwner(index, exampleOwner());
});

function codeFrom(ip: string | undefined) {
  return decide(index, { secret, ip }, 0).code;
}

it("needs both the key's own ranges and its organization's to hold the address", () => {
  putSecret(index, hash, exampleKey({ allowedIps: ['10.0.0.0/8'] }));
  putOrganization(index, { organizationId: 'org_1', allowedIps: ['10.1.0.0/16', '192.0.2.0/24'] });
  expect(codeFrom('10.1.2.3')).toBe('valid');
  expect(codeFrom('10.2.2.3')).toBe('ip_not_allowed');
  expect(codeFrom('192.0.2.1')).toBe('ip_not_allowed');
  expect(codeFrom(undefined)).toBe('ip_not_allowed');
});

it('binds keys that come before and after, and no other organization', () => {
  putSecret(index, hash, exampleKey());
  putOrganization(index, { organizationId: 'org_2', allowedIps: ['10.0.0.0/8'] });
  expect(codeFrom('192.0.2.1')).toBe('valid');
  putOrganization(index, { organizationId: 'org_1', allowedIps: ['10.0.0.0/8'] });
  expect(codeFrom('192.0.2.1')).toBe('ip_not_allowed');
  removeSecret(index, hash);
  putSecret(index, hash, exampleKey());
  expect(codeFrom('192.0.2.1')).toBe('ip_not_allowed');
  putOrganization(index, { organizationId: 'org_1', allowedIps: [] });
  expect(codeFrom('192.0.2.1')).toBe('valid');
});

it('admits no address by ranges of which none can be read', () => {
  putSecret(index, hash, exampleKey());
  putOrganization(index, { organizationId: 'org_1', allowedIps: ['10.0.0.0/99'] });
  expect(codeFrom('10.0.0.1')).toBe('ip_not_allowed');
});

it('keeps the ranges of an organization while its keys and members come and go', () => {
  const organizationId = fc.constantFrom('org_1', 'org_2', 'org_3');
  const allowedIps = fc.subarray(['10.0.0.0/8', '192.0.2.0/24']);
  const step = fc.oneof(
    fc.record({ organizationId, allowedIps }),
    fc.record({ secretOf: fc.option(organizationId) }),
    fc.record({ ownerOf: fc.option(organizationId) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (history) => {
      index = createKeyIndex();
      const bound = new Map<string, string[]>();
      for (const now of history) {
        if ('allowedIps' in now) {
          putOrganization(index, now);
          bound.set(now.organizationId, now.allowedIps);
        } else if ('ownerOf' in now) {
          if (now.ownerOf) putOwner(index, exampleOwner({ organizationId: now.ownerOf }));
          else removeOwner(index, 'mem_1');
        } else if (now.secretOf) {
          putSecret(index, hash, exampleKey({ organizationId: now.secretOf }));
        } else removeSecret(index, hash);
      }
      for (const organizationId of ['org_1', 'org_2', 'org_3']) {
        putOwner(index, exampleOwner({ organizationId }));
        putSecret(index, hash, exampleKey({ organizationId }));
        const ranges = bound.get(organizationId) ?? [];
        const open = ranges.length === 0 || ranges.includes('10.0.0.0/8');
        expect(codeFrom('10.9.9.9')).toBe(open ? 'valid' : 'ip_not_allowed');
      }
      removeSecret(index, hash);
      removeOwner(index, 'mem_1');
      for (const name of bound.keys()) {
        putOrganization(index, { organizationId: name, allowedIps: [] });
      }
      expect(index.organizations.ids.size + index.ipLists.interned.ids.size).toBe(0);
      expect(index.organizationIpLists.size).toBe(0);
    }),
    { numRuns: process.env.LONG ? 3000 : 100 },
  );
});
