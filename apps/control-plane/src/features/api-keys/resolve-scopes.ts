import { PROFILE_SCOPES, type Profile, type Scope } from '@tollkeeper/contract';
import { parseScopes } from '../../access/parse-scopes.ts';
import { holds } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import { invalidField } from '../../domain-error.ts';

/**
 * The scopes that a key of the profile gets from this creator, sorted. A preset gives the part
 * that the creator holds; a custom set is taken whole (the ceiling is checked by the caller).
 * @throws DomainError validation_failed for a set that is empty, unknown or repeats itself
 */
export function resolveScopes(
  ctx: Ctx,
  profile: Profile,
  asked: readonly string[] | undefined,
): Scope[] {
  if (profile === 'custom') {
    if (!asked) throw invalidField('scopes', 'is needed with the profile "custom"');
    return parseScopes(asked);
  }
  if (asked) throw invalidField('scopes', `goes only with the profile "custom", not "${profile}"`);
  const held = PROFILE_SCOPES[profile].filter((scope) => holds(ctx.scopes, scope));
  if (held.length === 0) {
    throw invalidField(
      'profile',
      `"${profile}" would give a key without scopes: you hold none of them`,
    );
  }
  return held.toSorted();
}
