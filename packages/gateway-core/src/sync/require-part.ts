import { checkPart, type Format, PartError, partFormat } from '@tollkeeper/protocol';
import { requireCompiled, UnsupportedPolicyError } from '@tollkeeper/verify';
import { Rejection } from './rejection.ts';

/**
 * Makes sure that the whole part can be applied, policies included, before any of it is.
 * @throws PartError
 */
export function requirePart(organizationId: string, part: Uint8Array): void {
  checkPart(organizationId, part, (policy) => {
    try {
      requireCompiled(policy);
    } catch (error) {
      if (!(error instanceof UnsupportedPolicyError)) throw error;
      const message = `This build cannot evaluate policy "${policy.policyId}": ${error.message}`;
      throw new PartError('policy', message, { cause: error });
    }
  });
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
