/** The compiler of policies alone, for a thread that decides about no keys. */

export { type LimitedStatement, readLimits } from '../limits/read-limits.ts';
export { compilePolicies } from './compile-policies.ts';
export { SECRET_HEADERS } from './entity-model.ts';
export { ipv4RangeOf } from './ipaddr.ts';
export { UnsupportedPolicyError } from './read-json.ts';
export { policySchema } from './schema.ts';
