import type { PolicyEffect } from '@tollkeeper/contract';
import { type CalledRoute, type PolicySecret, principalOf } from './decide-policies.ts';
import type { KeyIndex } from './index/key-store.ts';
import { parseIpAddress } from './ip-address.ts';
import {
  type CompiledPolicies,
  compilePolicies,
  type PolicyDecision,
} from './policies/compile-policies.ts';
import { callRequest } from './policies/entity-model.ts';
import { type StoredPolicy, statementsOf } from './policies/stored-policy.ts';

/**
 * What each policy says about the call by itself, by its id: of the path as it was sent. That another
 * reader may take the path differently is for the decision to consider.
 * @throws RangeError for an address that is none, and for a slot that holds no secret
 */
export function explainPolicies(
  index: KeyIndex,
  { slot, environment }: PolicySecret,
  policies: readonly StoredPolicy[],
  { route, header, otherPaths: _otherPaths, otherMethods: _otherMethods, ...call }: CalledRoute,
  nowMs: number,
): Map<string, PolicyEffect> {
  const ip = parseIpAddress(call.ip);
  if (!ip) throw new RangeError(`"${call.ip}" is no address`);
  const principal = principalOf(index, slot, environment);
  const effectOf = (policy: StoredPolicy): PolicyEffect => {
    const { headers, decide } = compiledAlone(policy);
    const named = [...headers].flatMap((name): [string, string][] => {
      const value = header(name);
      return value === undefined ? [] : [[name, value]];
    });
    const request = callRequest(route, { ...call, ip, headers: named, time: nowMs });
    return effectOfDecision(decide({ principal, ...request }));
  };
  return new Map(policies.map((policy) => [policy.policyId, effectOf(policy)]));
}

const compiled = new WeakMap<StoredPolicy, CompiledPolicies>();

/** Once for each policy, as long as it is stored. */
function compiledAlone(policy: StoredPolicy): CompiledPolicies {
  const known = compiled.get(policy) ?? compilePolicies(statementsOf(policy));
  compiled.set(policy, known);
  return known;
}

function effectOfDecision({ decision, determining, erring }: PolicyDecision): PolicyEffect {
  if (decision === 'allow') return 'permits';
  if (determining.length > 0) return 'forbids';
  return erring.length > 0 ? 'errors' : 'does_not_match';
}
