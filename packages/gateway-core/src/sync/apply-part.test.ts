import { type Entry, encodePart, type KeyEntry, PartError } from '@tollkeeper/protocol';
import { createKeyIndex, secretsCount } from '@tollkeeper/verify';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { entry, idOf, ORGANIZATION_ID } from '../../../protocol/src/testing/entry.ts';
import { answers, putDirectly } from './answers.fixture.ts';
import { applyPart } from './apply-part.ts';

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
  tags: [],
  profile: 'custom',
  createdAtMs: 0,
  secrets: [{ hash: new Uint8Array(32).fill(1), retiresAtMs: null }],
};
const owner: Entry = {
  type: 'owner',
  memberId: idOf('mem', 1),
  active: true,
  scopes: ['policies.read'],
  allApiScopes: false,
  roleId: 'role_developer',
};

it('fills an index that answers as one filled directly, after any history', () => {
  fc.assert(
    fc.property(fc.array(fc.array(entry, { maxLength: 10 }), { maxLength: 5 }), (parts) => {
      const [received, direct] = [createKeyIndex(), createKeyIndex()];
      for (const entries of parts) {
        applyPart(received, ORGANIZATION_ID, encodePart(entries));
        for (const each of entries) putDirectly(direct, each);
      }
      expect(answers(received)).toEqual(answers(direct));
      expect(secretsCount(received)).toBe(secretsCount(direct));
    }),
  );
});

it('changes nothing when it is applied twice', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 10 }), (entries) => {
      const [once, twice] = [createKeyIndex(), createKeyIndex()];
      const part = encodePart(entries);
      for (const index of [once, twice, twice]) applyPart(index, ORGANIZATION_ID, part);
      expect(answers(twice)).toEqual(answers(once));
    }),
  );
});

it('refuses a part about another organization whole', () => {
  const index = createKeyIndex();
  const foreign: Entry = { type: 'organization', organizationId: 'org_2', allowedIps: [] };
  const part = encodePart([owner, key, foreign]);
  expect(reasonOf(() => applyPart(index, ORGANIZATION_ID, part))).toBe('foreign');
  expect(secretsCount(index)).toBe(0);
});

it('refuses a damaged part, and leaves the index as it was', () => {
  const part = Buffer.from(encodePart([owner, key])).toString('latin1');
  const wrong: [string, string][] = [
    ['key_0', 'kex_0'],
    ['key_0', 'key_-'],
    ['mem_0', 'mem_\n'],
    ['ws_0', 'ws-0'],
    ['ci-pipeline', 'ci\r\npipelin'],
    ['ci-pipeline', 'ci-pipelin\xff'],
    ['ci-pipeline', 'ci-pipelin\x7f'],
    ['\x01\x01\x01\x01', '\x01\x01\x01'],
  ];
  for (const [from, to] of wrong) {
    expect(part).toContain(from);
    const index = createKeyIndex();
    const damaged = Buffer.from(part.replace(from, to), 'latin1');
    expect(reasonOf(() => applyPart(index, ORGANIZATION_ID, damaged))).toBe('malformed');
    expect(secretsCount(index)).toBe(0);
    expect(index.members.ids.size).toBe(0);
  }
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
