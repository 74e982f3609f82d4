import type { Route } from '@tollkeeper/contract';
import { includes, type ScopeSet, scopeNames } from '@tollkeeper/verify';
import type { FastifyRequest } from 'fastify';
import { roleScopes } from '../access/role-scopes.ts';
import type { Ctx, Services } from '../context.ts';
import { DomainError } from '../domain-error.ts';
import type { Auth } from '../features/identity/index.ts';
import { markSeen } from '../features/members/index.ts';
import { earliestEnd, requireSessionAllowed } from '../features/security/index.ts';
import { idempotencyKeyOf, requiredScopes } from './authenticate-key.ts';
import { hasSessionCookie } from './find-secret.ts';
import { findSessionMember, type Membership } from './find-session-member.ts';
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
  const named = request.headers['x-organization-id'];
  const isNamed = typeof named === 'string' && /^org_[0-9A-Za-z]{20}$/.test(named);
  const found = await findSessionMember(
    services,
    auth,
    request.headers.cookie,
    isNamed ? named : undefined,
  );
  if (!found) {
    throw new DomainError(
      'unauthenticated',
      hasSessionCookie(request.headers)
        ? 'Your session has ended. Sign in again.'
        : 'This needs a credential: send "Authorization: Bearer tk_live_…" or "x-api-key", or sign in.',
    );
  }
  requireSameOrigin(request, baseUrl);
  if (named !== undefined && !isNamed) throw strange();
  const { user, memberships } = found;
  const membership = onlyMembership(memberships, route.access === 'credential');
  if (membership.status !== 'active') {
    throw new DomainError('member_suspended', 'Your membership is suspended. Ask an admin.');
  }
  const { ip } = request;
  const use = { ...user, ip, withoutSecondFactor: route.withoutSecondFactor ?? false };
  await requireSessionAllowed(services.db, membership, use, services.clock());
  const session = { ...user.session, expiresAt: earliestEnd(user.session, membership) };
  const { organizationId, id: memberId } = membership;
  request.knownCaller = { organizationId, actor: { type: 'member', memberId } };
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

function onlyMembership(rows: readonly Membership[], anyWillDo: boolean): Membership {
  const [only] = rows;
  if (!only) throw strange();
  // The answer to whoami says which organizations the header can name.
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
