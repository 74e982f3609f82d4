import type { Identity } from '@tollkeeper/contract';
import { scopeNames } from '@tollkeeper/verify';
import { and, asc, eq } from 'drizzle-orm';
import { apiKey, member, organization, role, user } from '../../db/schema/index.ts';
import type { Ctx } from '../../kernel/context.ts';
import { notFound } from '../../kernel/domain-error.ts';
import { customRole, roleName } from '../../kernel/role-scopes.ts';

/** Who the credential is and what it may do now. */
export async function whoami(ctx: Ctx): Promise<Identity> {
  const [row] = await ctx.services.db
    .select({
      organization,
      roleId: member.roleId,
      name: user.name,
      email: user.email,
      customName: role.name,
    })
    .from(member)
    .leftJoin(role, customRole)
    .innerJoin(user, eq(user.id, member.userId))
    .innerJoin(organization, eq(organization.id, member.organizationId))
    .where(and(eq(member.organizationId, ctx.organizationId), eq(member.id, ctx.actor.memberId)));
  if (!row) throw notFound('member', ctx.actor.memberId);
  const { id, name, slug, plan } = row.organization;
  return {
    organization: { id, name, slug, plan },
    member: {
      id: ctx.actor.memberId,
      name: row.name,
      email: row.email,
      roleId: row.roleId,
      roleName: roleName(row.roleId, row.customName),
    },
    key: await findKey(ctx),
    workspaceId: ctx.workspaceId,
    scopes: scopeNames(ctx.scopes),
    organizations: await listOrganizations(ctx),
  };
}

async function findKey({ services, organizationId, actor }: Ctx) {
  if (actor.type !== 'key') return null;
  const [row] = await services.db
    .select({ id: apiKey.id, name: apiKey.name })
    .from(apiKey)
    .where(and(eq(apiKey.organizationId, organizationId), eq(apiKey.id, actor.keyId)));
  return row ?? null;
}

/** A key knows one organization and must not tell of its owner's others. */
async function listOrganizations({ services, actor }: Ctx) {
  if (actor.type !== 'member') return [];
  return services.db
    .select({ id: organization.id, name: organization.name })
    .from(member)
    .innerJoin(organization, eq(organization.id, member.organizationId))
    .where(eq(member.userId, actor.userId))
    .orderBy(asc(member.createdAt), asc(member.id));
}
