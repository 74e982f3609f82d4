import { readFileSync } from 'node:fs';
import { policyToJson } from '@cedar-policy/cedar-wasm/nodejs';
import { DEFAULT_POLICY } from '@tollkeeper/contract';
import { expect, it } from 'vitest';
import { startOrganization } from '../../testing/start-organization.ts';
import { DEFAULT_STATEMENTS } from './insert-workspace.ts';

const MIGRATION = new URL('../../db/migrations/0032_policies.sql', import.meta.url);

const PERMIT_ALL = {
  workspace: 'default',
  ...DEFAULT_POLICY,
  status: 'enabled',
  mode: 'enforce',
  statements: DEFAULT_STATEMENTS,
  version: 1,
  member_id: null,
  first: DEFAULT_POLICY.text,
};

const POLICIES = `
  select workspace.name as workspace, policy.name, policy.description, policy.text, policy.status,
    policy.mode, policy.statements, policy.version, policy.member_id, policy_version.text as first
  from policy join workspace on workspace.id = policy.workspace_id
  join policy_version on policy_version.policy_id = policy.id and number = 1
  order by workspace.created_at`;

it('gives each new workspace a policy that lets keys call', async () => {
  const { owner, query } = await startOrganization();
  expect(await query(POLICIES)).toEqual([PERMIT_ALL]);
  await owner.post('/v1/workspaces', { name: 'staging', environment: 'test' });
  expect(await query(POLICIES)).toEqual([PERMIT_ALL, { ...PERMIT_ALL, workspace: 'staging' }]);
});

it('gives it to each workspace that was there before policies', async () => {
  const { owner, query } = await startOrganization();
  await owner.post('/v1/workspaces', { name: 'staging', environment: 'test' });
  await query('delete from policy');
  const statements = readFileSync(MIGRATION, 'utf8').split('--> statement-breakpoint');
  for (const text of statements.filter((each) => /^\s*(INSERT|UPDATE)/.test(each))) {
    await query(text);
  }
  expect(await query(POLICIES)).toEqual([PERMIT_ALL, { ...PERMIT_ALL, workspace: 'staging' }]);
});

it('stores what Cedar makes of its text', () => {
  const answer = policyToJson(DEFAULT_POLICY.text);
  expect(answer).toEqual({ type: 'success', json: DEFAULT_STATEMENTS[0] });
});
