import type { Route } from '@tollkeeper/contract';
import { includes, type ScopeSet, scopeNames } from '@tollkeeper/verify';
import { and, asc, eq, isNull, ne, sql } from 'drizzle-orm';
import type { FastifyRequest } from 'fastify';
import { member, organization, role } from '../db/schema/index.ts';
import { type Auth, findSessionUser } from '../features/identity/index.ts';
import { markSeen } from '../features/members/index.ts';
import { earliestEnd, requireSessionAllowed } from '../features/security/index.ts';
import type { Ctx, Services } from '../kernel/context.ts';
import { DomainError } from '../kernel/domain-error.ts';
import { customRole, heldRoleColumns, roleScopes } from '../kernel/role-scopes.ts';
import { requiredScopes } from './authenticate-key.ts';
import { hasSessionCookie } from './has-session-cookie.ts';
import { idempotencyKeyOf } from './idempotency-key.ts';
import { originOf } from './origin.ts';
import { requireSameOrigin } from './same-origin.ts';

/** The member behind the session cookie, in the organization that the request names. @throws DomainError */
export async function authenticateSession(
  services: Services,
  auth: Auth,
  baseUrl: string,
  request: FastifyRequest,
  route: Route,
): Promise<Ctx> {
  const user = await findSessionUser(auth, request.headers.cookie);
  if (!user) {
    throw new DomainError(
      'unauthenticated',
      hasSessionCookie(request.headers)
        ? 'Your session has ended. Sign in again.'
        : 'This needs a credential: send "Authorization: Bearer tk_live_…" or "x-api-key", or sign in.',
    );
  }
  requireSameOrigin(request, baseUrl);
  const membership = await findMembership(
    services,
    user.userId,
    request.headers['x-organization-id'],
    route.access === 'credential',
  );
  if (membership.status !== 'active') {
    throw new DomainError('member_suspended', 'Your membership is suspended. Ask an admin.');
  }
  const { ip } = request;
  const use = { ...user, ip, withoutSecondFactor: route.withoutSecondFactor ?? false };
  await requireSessionAllowed(services.db, membership, use, services.clock());
  const session = { ...user.session, expiresAt: earliestEnd(user.session, membership) };
  const scopes = roleScopes(membership);
  requireScopes(scopes, requiredScopes(route));
  await markSeen(services, membership);
  return {
    services,
    organizationId: membership.organizationId,
    actor: { type: 'member', memberId: membership.id, userId: user.userId, session },
    scopes,
    workspaceId: null,
    origin: originOf(request),
    idempotencyKey: idempotencyKeyOf(request),
  };
}

async function findMembership(
  services: Services,
  userId: string,
  named: string | string[] | undefined,
  anyWillDo: boolean,
) {
  const organizationId =
    typeof named === 'string' && /^org_[0-9A-Za-z]{20}$/.test(named) ? named : undefined;
  if (named !== undefined && organizationId === undefined) throw strange();
  const rows = await services.db
    .select({
      id: member.id,
      organizationId: member.organizationId,
      status: member.status,
      lastSeenAt: member.lastSeenAt,
      organizationName: organization.name,
      allowedIps: organization.allowedIps,
      twoFactorRequired: organization.twoFactorRequired,
      sessionHoursMax: organization.sessionHoursMax,
      ...heldRoleColumns,
    })
    .from(member)
    .innerJoin(organization, eq(organization.id, member.organizationId))
    .leftJoin(role, customRole)
    .where(
      and(
        eq(member.userId, userId),
        ne(member.status, 'removed'),
        isNull(organization.deletedAt),
        organizationId ? eq(member.organizationId, organizationId) : undefined,
      ),
    )
    // Suspended in the oldest organization, a person still has to find the way to the others.
    .orderBy(sql`${member.status} <> 'active'`, asc(member.createdAt), asc(member.id))
    .limit(2);
  const [only] = rows;
  if (!only) throw strange();
  // Whoever asks only who they are learns from the answer which organizations to name.
  if (rows.length > 1 && !anyWillDo) {
    throw new DomainError(
      'malformed_request',
      'You belong to several organizations. Name one in the header X-Organization-Id.',
    );
  }
  return only;
}

function strange(): DomainError {
  return new DomainError(
    'not_found',
    'You belong to no such organization. Check the header X-Organization-Id.',
  );
}

function requireScopes(held: ScopeSet, required: ScopeSet): void {
  if (includes(held, required)) return;
  const scopes = scopeNames(required);
  throw new DomainError(
    'insufficient_scope',
    `This needs the scope "${scopes.join('", "')}", which your role does not hold. Ask an admin.`,
    { scopes },
  );
}
