import {
  BUILT_IN_ROLES,
  type Identity,
  PROFILE_CATALOG,
  PROFILE_SCOPES,
  PROFILES,
  SCOPE_CATALOG,
  type Scope,
} from '@tollkeeper/contract';
import { holdsAllApiScopes, scopeNames } from '@tollkeeper/verify';
import { and, asc, eq, isNull, ne } from 'drizzle-orm';
import { holds, isHeld } from '../../access/require-scope.ts';
import { roleName } from '../../access/role-scopes.ts';
import type { Ctx, Services } from '../../context.ts';
import { apiScope, member, organization } from '../../db/schema/index.ts';
import { defineStatement } from '../../db/statement.ts';
import { notFound } from '../../domain-error.ts';
import { sessionView } from '../identity/index.ts';

/** Who the credential is and what it may do now. For a key one statement, which was prepared once. */
export async function whoami(ctx: Ctx): Promise<Identity> {
  const { actor, organizationId, services } = ctx;
  const organizations = actor.type === 'member' ? listOrganizations(services, actor.userId) : [];
  const keyId = actor.type === 'key' ? actor.keyId : null;
  const found = selectIdentity(services.db, [organizationId, actor.memberId, keyId]);
  const apiScopes = holdsAllApiScopes(ctx.scopes) ? listApiScopes(ctx) : [];
  const [[row], listed, held] = await Promise.all([found, organizations, apiScopes]);
  if (!row) throw notFound('member', actor.memberId);
  const { organization, member, key, customRoleName } = row.identity;
  return {
    organization,
    member: { ...member, roleName: roleName(member.roleId, customRoleName) },
    key,
    session: actor.type === 'member' ? sessionView(actor.session) : null,
    workspaceId: ctx.workspaceId,
    scopes: [...scopeNames(ctx.scopes), ...held.map(({ name }) => name)].sort(),
    organizations: listed,
  };
}

interface IdentityRow {
  readonly identity: {
    readonly organization: Identity['organization'];
    readonly member: Omit<Identity['member'], 'roleName'>;
    readonly key: Identity['key'];
    readonly customRoleName: string | null;
  };
}

/**
 * One JSON value, since pg reads the description of each column anew with each answer. For a session
 * the id of the key is null, which equals nothing.
 */
const selectIdentity = defineStatement<
  IdentityRow,
  readonly [organizationId: string, memberId: string, keyId: string | null]
>(
  'whoami',
  `select json_build_object(
    'organization', json_build_object('id', organization.id, 'name', organization.name,
      'slug', organization.slug, 'plan', organization.plan),
    'member', json_build_object('id', member.id, 'name', "user".name, 'email', "user".email,
      'roleId', member.role_id),
    'key', case when api_key.id is not null
      then json_build_object('id', api_key.id, 'name', api_key.name,
        'tags', api_key.tags) end,
    'customRoleName', role.name
  ) as identity
  from member
  join "user" on "user".id = member.user_id
  join organization on organization.id = member.organization_id
  left join role on role.id = member.role_id and role.organization_id = member.organization_id
  left join api_key on api_key.organization_id = member.organization_id and api_key.id = $3
  where member.organization_id = $1 and member.id = $2`,
);

/** Not for a key: it belongs to one organization and must not show its owner's others. */
function listOrganizations({ db }: Services, userId: string) {
  return db
    .select({ id: organization.id, name: organization.name })
    .from(member)
    .innerJoin(organization, eq(organization.id, member.organizationId))
    .where(
      and(eq(member.userId, userId), ne(member.status, 'removed'), isNull(organization.deletedAt)),
    )
    .orderBy(asc(member.createdAt), asc(member.id));
}

function listApiScopes({ services, organizationId }: Ctx) {
  return services.db
    .select({ name: apiScope.name, description: apiScope.description })
    .from(apiScope)
    .where(eq(apiScope.organizationId, organizationId))
    .orderBy(asc(apiScope.name));
}

/**
 * The catalog, seen by this credential: what it holds, and what each profile would give it. API scopes
 * that it does not hold are listed for those who may read them.
 */
export async function listScopes(ctx: Ctx) {
  const withHeld = <S extends { readonly name: Scope }>(scope: S) => ({
    ...scope,
    held: isHeld(ctx.scopes, scope.name),
  });
  const mayRead = holds(ctx.scopes, 'policies.read');
  const apiScopes = (await listApiScopes(ctx))
    .map((scope) => withHeld({ ...scope, group: 'api_scopes' }))
    .filter(({ held }) => held || mayRead);
  return {
    scopes: [...SCOPE_CATALOG.map(withHeld), ...apiScopes],
    profiles: PROFILES.map((name) => ({
      name,
      ...PROFILE_CATALOG[name],
      scopes:
        name === 'custom' ? [] : PROFILE_SCOPES[name].filter((scope) => isHeld(ctx.scopes, scope)),
    })),
    roles: BUILT_IN_ROLES.map((role) => ({ ...role, scopes: [...role.scopes] })),
  };
}
