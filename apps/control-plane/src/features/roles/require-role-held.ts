import { holdsAllApiScopes, includes, scopeSet } from '@tollkeeper/verify';
import { asc, eq } from 'drizzle-orm';
import { requireScopesHeld } from '../../access/require-scope.ts';
import { roleScopes } from '../../access/role-scopes.ts';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { apiScope } from '../../db/schema/index.ts';
import type { KnownRole } from './list-roles.ts';

/** What a refusal names, at most. */
const NAMED_MAX = 20;

/**
 * Nobody gives a role that holds what they do not. A role that holds every API scope gives those that
 * the organization has defined.
 * @throws DomainError scope_not_held
 */
export async function requireRoleHeld(tx: Transaction, ctx: Ctx, role: KnownRole): Promise<void> {
  requireScopesHeld(ctx, role.scopes, 'roles.read');
  const given = roleScopes({ roleId: role.id, customScopes: role.scopes });
  if (!holdsAllApiScopes(given) || holdsAllApiScopes(ctx.scopes)) return;
  const defined = await tx
    .select({ name: apiScope.name })
    .from(apiScope)
    .where(eq(apiScope.organizationId, ctx.organizationId))
    .orderBy(asc(apiScope.name));
  const names = defined.map(({ name }) => name);
  const beyond = names.filter((name) => !includes(ctx.scopes, scopeSet([name])));
  const named = beyond.length > 0 ? beyond.slice(0, NAMED_MAX) : names;
  requireScopesHeld(ctx, named, 'policies.read');
}
