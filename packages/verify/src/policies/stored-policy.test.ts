import { expect, it } from 'vitest';
import { statementsOf } from '../testing/policies/statements.ts';
import { createPolicyStore, policiesOf, putPolicy, withPolicies } from './policy-store.ts';
import type { StoredPolicy } from './stored-policy.ts';

const PLACE = { organizationId: 'org_1', workspaceId: 'ws_1' };

it('is compiled once: not anew for another policy, another workspace or a simulation', () => {
  let timesRead = 0;
  const kept: StoredPolicy = {
    ...{ policyId: 'pol_1', organizationId: 'org_1', workspaceId: null, mode: 'enforce' },
    get statements() {
      timesRead++;
      return statementsOf('permit (principal, action, resource);');
    },
  };
  const forbid = statementsOf('forbid (principal, action, resource);');
  const other: StoredPolicy = { policyId: 'pol_2', ...PLACE, mode: 'enforce', statements: forbid };
  const holder = { policies: createPolicyStore() };
  const decided = (workspaceId: string, { policies } = holder) =>
    policiesOf(policies, 'org_1', workspaceId).enforced.fixed?.decision;
  putPolicy(holder, kept);
  expect(decided('ws_1')).toBe('allow');
  putPolicy(holder, other);
  expect([decided('ws_1'), decided('ws_2')]).toEqual(['deny', 'allow']);
  expect(decided('ws_1', withPolicies(holder, [kept]))).toBe('allow');
  expect(timesRead).toBe(1);
  putPolicy(holder, { ...kept, statements: forbid });
  expect(decided('ws_2')).toBe('deny');
});
