/** For tests: the one policy of the test fleet, as people write it. */
import { policySetTextToParts, policyToJson } from '@cedar-policy/cedar-wasm/nodejs';
import { putPolicy } from '@tollkeeper/verify';
import { ORGANIZATION_ID, type TestFleet } from './test-fleet.ts';

export function setPolicy({ index }: TestFleet, text: string): void {
  const parts = policySetTextToParts(text);
  if (parts.type === 'failure') throw new Error(parts.errors.map((each) => each.message).join());
  const statements = parts.policies.map((each) => {
    const converted = policyToJson(each);
    if (converted.type === 'failure') throw new Error(`Cedar refuses ${each}`);
    return converted.json;
  });
  putPolicy(index, {
    ...{ policyId: 'pol_1', organizationId: ORGANIZATION_ID, workspaceId: null },
    ...{ mode: 'enforce', statements },
  });
}
