import { putPolicy } from '@tollkeeper/verify';
import { statementsOf } from '../../../../packages/verify/src/testing/policies/statements.ts';
import { ORGANIZATION_ID, type TestFleet } from './test-fleet.ts';

/** Adds a policy of the whole organization, beside the one that permits all. */
export function addPolicy(fleet: TestFleet, text: string): void {
  const place = { organizationId: ORGANIZATION_ID, workspaceId: null };
  const statements = statementsOf(text);
  putPolicy(fleet.index, { policyId: 'pol_2', ...place, mode: 'enforce', statements });
}
