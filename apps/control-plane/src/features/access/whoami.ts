import {
  BUILT_IN_ROLES,
  type Identity,
  PROFILE_CATALOG,
  PROFILE_SCOPES,
  PROFILES,
  SCOPE_CATALOG,
} from '@tollkeeper/contract';
import { scopeNames } from '@tollkeeper/verify';
import { and, asc, eq, isNull, ne, sql } from 'drizzle-orm';
import { holds } from '../../access/require-scope.ts';
import { customRole, roleName } from '../../access/role-scopes.ts';
import type { Ctx } from '../../context.ts';
import type { Database } from '../../db/connect.ts';
import { apiKey, member, organization, role, user } from '../../db/schema/index.ts';
import { notFound } from '../../domain-error.ts';
import { sessionView } from '../identity/index.ts';

/** Who the credential is and what it may do now. For a key one query, which was prepared once. */
export async function whoami(ctx: Ctx): Promise<Identity> {
  const { memberId } = ctx.actor;
  const [[row], organizations] = await Promise.all([
    identityQuery(ctx.services.db).execute({
      organizationId: ctx.organizationId,
      memberId,
      keyId: ctx.actor.type === 'key' ? ctx.actor.keyId : null,
    }),
    listOrganizations(ctx),
  ]);
  if (!row) throw notFound('member', memberId);
  const { organization, key, name, email, roleId, customName } = row;
  return {
    organization,
    member: { id: memberId, name, email, roleId, roleName: roleName(roleId, customName) },
    key,
    session: ctx.actor.type === 'member' ? sessionView(ctx.actor.session) : null,
    workspaceId: ctx.workspaceId,
    scopes: scopeNames(ctx.scopes),
    organizations,
  };
}

const prepared = new WeakMap<Database, ReturnType<typeof prepareIdentity>>();

function identityQuery(db: Database) {
  const query = prepared.get(db) ?? prepareIdentity(db);
  prepared.set(db, query);
  return query;
}

/** For a session `keyId` is null, which equals nothing: no key is joined. */
function prepareIdentity(db: Database) {
  const { id, name, slug, plan } = organization;
  return db
    .select({
      organization: { id, name, slug, plan },
      key: { id: apiKey.id, name: apiKey.name },
      roleId: member.roleId,
      name: user.name,
      email: user.email,
      customName: role.name,
    })
    .from(member)
    .leftJoin(role, customRole)
    .innerJoin(user, eq(user.id, member.userId))
    .innerJoin(organization, eq(organization.id, member.organizationId))
    .leftJoin(
      apiKey,
      and(
        eq(apiKey.organizationId, member.organizationId),
        eq(apiKey.id, sql.placeholder('keyId')),
      ),
    )
    .where(
      and(
        eq(member.organizationId, sql.placeholder('organizationId')),
        eq(member.id, sql.placeholder('memberId')),
      ),
    )
    .prepare('whoami');
}

/** A key knows one organization and must not tell of its owner's others. */
async function listOrganizations({ services, actor }: Ctx) {
  if (actor.type !== 'member') return [];
  return services.db
    .select({ id: organization.id, name: organization.name })
    .from(member)
    .innerJoin(organization, eq(organization.id, member.organizationId))
    .where(
      and(
        eq(member.userId, actor.userId),
        ne(member.status, 'removed'),
        isNull(organization.deletedAt),
      ),
    )
    .orderBy(asc(member.createdAt), asc(member.id));
}

/** The catalog, seen by this credential: what it holds, and what each profile would give it. */
export function listScopes(ctx: Ctx) {
  return {
    scopes: SCOPE_CATALOG.map((scope) => ({ ...scope, held: holds(ctx.scopes, scope.name) })),
    profiles: PROFILES.map((name) => ({
      name,
      ...PROFILE_CATALOG[name],
      scopes:
        name === 'custom' ? [] : PROFILE_SCOPES[name].filter((scope) => holds(ctx.scopes, scope)),
    })),
    roles: BUILT_IN_ROLES.map((role) => ({ ...role, scopes: [...role.scopes] })),
  };
}
