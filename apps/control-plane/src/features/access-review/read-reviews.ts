import type { AccessReview, ApiKey } from '@tollkeeper/contract';
import { NO_SCOPES } from '@tollkeeper/verify';
import { and, eq, inArray } from 'drizzle-orm';
import { customRole, heldRoleColumns, roleScopes } from '../../access/role-scopes.ts';
import type { Ctx } from '../../context.ts';
import { member, organization, role } from '../../db/schema/index.ts';
import { readScopeUses } from './read-scope-uses.ts';
import { reviewKey } from './review-key.ts';

/** Reviews keys that the caller may see, in their order. */
export async function readReviews(ctx: Ctx, keys: readonly ApiKey[]): Promise<AccessReview[]> {
  if (keys.length === 0) return [];
  const { services, organizationId } = ctx;
  const now = services.clock();
  const ids = keys.map(({ id }) => id);
  const [uses, owners, since] = await Promise.all([
    readScopeUses(services.db, organizationId, ids, now),
    findOwners(ctx, keys),
    readSince(ctx),
  ]);
  return keys.map((key) => {
    const owner = owners.get(key.createdBy.memberId);
    const facts = {
      uses: uses.get(key.id) ?? [],
      ownerScopes: owner ? roleScopes(owner) : NO_SCOPES,
      recordedSince: since,
    };
    return reviewKey(key, facts, now);
  });
}

async function findOwners({ services, organizationId }: Ctx, keys: readonly ApiKey[]) {
  const ids = [...new Set(keys.map(({ createdBy }) => createdBy.memberId))];
  const rows = await services.db
    .select({ id: member.id, ...heldRoleColumns })
    .from(member)
    .leftJoin(role, customRole)
    .where(and(eq(member.organizationId, organizationId), inArray(member.id, ids)));
  return new Map(rows.map((row) => [row.id, row]));
}

/** When the organization's calls began to be recorded. */
async function readSince({ services, organizationId }: Ctx): Promise<Date> {
  const [row] = await services.db
    .select({ since: organization.scopeUsesSince })
    .from(organization)
    .where(eq(organization.id, organizationId));
  return row?.since ?? services.clock();
}
