import { NO_SCOPES } from '@tollkeeper/verify';
import { expect, it } from 'vitest';
import type { ReadLineage } from '../../lineage/read-lineage.ts';
import { findForeignRoots } from './foreign-roots.ts';

const CALLER = {
  organizationId: 'org_1',
  actor: { memberId: 'mem_1' },
  scopes: NO_SCOPES,
  workspaceId: null,
};
const roots = ['key_1', 'key_2', 'key_3'];
/** Each of the roots led to a key of somebody else. */
const LINEAGE: ReadLineage = {
  links: roots.map((creator) => ({ creator, id: `${creator}_child`, firstAt: 1, lastAt: 1 })),
  admissions: [],
  removable: new Set<string>(),
  members: new Map(),
  keys: new Map(roots.map((root) => [`${root}_child`, keyLike(`${root}_child`)])),
  isComplete: true,
};

function keyLike(id: string) {
  return {
    ...{ id, memberId: 'mem_2', createdByKeyId: null, status: 'active' as const },
    ...{ createdAt: new Date(1), handedOverAt: null, revokedAt: null },
  };
}

it('serves others after each root that it traces', async () => {
  let served = 0;
  let isDone = false;
  const serve = () => {
    served++;
    if (!isDone) setImmediate(serve);
  };
  setImmediate(serve);
  expect(await findForeignRoots(CALLER, LINEAGE, roots)).toEqual(new Set(roots));
  isDone = true;
  expect(served).toBeGreaterThanOrEqual(roots.length);
});
