/** Cedar policies: stored, versioned and checked here; gateways evaluate them. */

export { deletePolicy } from './delete-policy.ts';
export { getPolicyUsage } from './get-policy-usage.ts';
export { getPolicy, getPolicySchema, listPolicies } from './list-policies.ts';
export { listPolicyVersions } from './list-policy-versions.ts';
export { replayPolicies } from './replay/replay-policies.ts';
export { restorePolicy } from './restore-policy.ts';
export { createPolicy, updatePolicy } from './save-policy.ts';
export { disablePolicy, enablePolicy } from './set-policy-status.ts';
export { simulatePolicies } from './simulate-policies.ts';
export { validatePolicy } from './validate-policy.ts';
