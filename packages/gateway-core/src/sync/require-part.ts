import { setImmediate } from 'node:timers/promises';
import {
  checkPart,
  type Format,
  PartError,
  type PolicyEntry,
  partFormat,
} from '@tollkeeper/protocol';
import { requireCompiled, UnsupportedPolicyError } from '@tollkeeper/verify';
import { Rejection } from './rejection.ts';

/**
 * Makes sure that the whole part can be applied, policies included, before any of it is. Other requests
 * are served between one policy and the next.
 * @throws PartError
 */
export async function requirePart(organizationId: string, part: Uint8Array): Promise<void> {
  for (const policy of checkedPolicies(organizationId, part)) {
    asPartError(policy, () => requireCompiled(policy));
    await setImmediate();
  }
}

/**
 * The policies of the part in their order, where all else in it is right.
 * @throws PartError
 */
export function checkedPolicies(organizationId: string, part: Uint8Array): PolicyEntry[] {
  const policies: PolicyEntry[] = [];
  checkPart(organizationId, part, (policy) => policies.push(policy));
  return policies;
}

/** @throws PartError where the compiler does not support the policy */
export function asPartError<T>({ policyId }: Pick<PolicyEntry, 'policyId'>, compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    if (!(error instanceof UnsupportedPolicyError)) throw error;
    const message = `This build cannot evaluate policy "${policyId}": ${error.message}`;
    throw new PartError('policy', message, { cause: error });
  }
}

/**
 * The format of all parts of a state, which tells whether they hold policies.
 * @param known that of the parts before; null before the first with entries
 * @throws Rejection malformed, where the part is of another
 */
export function requireSameFormat(known: Format | null, part: Uint8Array): Format | null {
  const format = partFormat(part) ?? known;
  if (known === null || format === known) return format;
  throw new Rejection('malformed', `A part of format ${format} came among those of ${known}`);
}
