import type { ApiKey, Scope } from '@tollkeeper/contract';
import { expect, it } from 'vitest';
import { enableBlock } from './use-status-change.ts';

const OWNER = { memberId: 'mem_owner', name: 'Ada', email: 'ada@example.com' };
const ADMIN = { type: 'member', memberId: 'mem_admin', name: 'Grace', keyId: null } as const;
const SELF = { ...ADMIN, memberId: OWNER.memberId, name: OWNER.name };

function block(disabledBy: ApiKey['disabledBy'], held: Scope[], scopes: Scope[] = ['usage.read']) {
  return enableBlock({ scopes, createdBy: OWNER, disabledBy }, { scopes: held });
}

it('lets an owner enable what they disabled themselves, within what they hold', () => {
  expect(block(SELF, ['api_keys.create', 'usage.read'])).toBeUndefined();
  expect(block(SELF, ['api_keys.create'])).toContain('usage.read');
  expect(block(SELF, ['usage.read'])).toContain('api_keys.create');
});

it('names who disabled it to those who cannot undo that', () => {
  const held: Scope[] = ['api_keys.create', 'usage.read'];
  expect(block(ADMIN, held)).toContain('Grace disabled it');
  expect(block({ type: 'job', job: 'disable-unused-keys' }, held)).toContain('A job disabled it');
  expect(block(ADMIN, [...held, 'api_keys.manage_all'])).toBeUndefined();
});
