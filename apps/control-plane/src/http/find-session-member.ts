import type { Scope } from '@tollkeeper/contract';
import type { Services } from '../context.ts';
import { defineStatement } from '../db/statement.ts';
import {
  type Auth,
  findSessionUser,
  parseFactors,
  readSignedToken,
  refuseUnread,
  type SessionUser,
  sessionCookieRules,
} from '../features/identity/index.ts';

export interface Membership {
  readonly id: string;
  readonly organizationId: string;
  readonly status: 'active' | 'suspended';
  readonly lastSeenAt: Date | null;
  readonly organizationName: string;
  readonly allowedIps: string[];
  readonly twoFactorRequired: boolean;
  readonly sessionHoursMax: number;
  readonly roleId: string;
  readonly customScopes: Scope[] | null;
}

interface SessionMember {
  readonly user: SessionUser;
  /** Two at most. */
  readonly memberships: readonly Membership[];
}

/**
 * The user of the signed session cookie, and the organizations that they belong to; undefined
 * without a session. One statement, unless the session has ended, or Better Auth moves its end.
 * @param organizationId the only one that is wanted
 */
export async function findSessionMember(
  { db }: Pick<Services, 'db'>,
  auth: Auth,
  cookies: string | undefined,
  organizationId: string | undefined,
): Promise<SessionMember | undefined> {
  const rules = await sessionCookieRules(auth);
  const token = cookies === undefined ? undefined : readSignedToken(rules, cookies);
  if (token === undefined) return undefined;
  const values = [token, organizationId ?? null] as const;
  const rows = await selectSessionMember(db, values).catch(refuseUnread);
  const [row] = rows;
  if (row && row.expiresAt.getTime() > Date.now() + rules.renewWithinMs) {
    return { user: userOf(row), memberships: rows.filter(isMembership) };
  }
  const user = await findSessionUser(auth, cookies);
  if (!user) return undefined;
  const renewed = await selectSessionMember(db, values).catch(refuseUnread);
  return { user, memberships: renewed.filter(isMembership) };
}

interface SessionFields {
  readonly sessionId: string;
  readonly userId: string;
  readonly factors: string[];
  readonly signedInAt: Date;
  readonly authenticatedAt: Date;
  readonly expiresAt: Date;
}

type NoMembership = { readonly [Name in keyof Membership]: null };
type Row = SessionFields & (Membership | NoMembership);

/** Suspended in the oldest organization, a person still has to find the way to the others. */
const selectSessionMember = defineStatement<
  Row,
  readonly [token: string, organizationId: string | null]
>(
  'select-session-member',
  `select session.id as "sessionId", session.user_id as "userId", session.factors,
    session.signed_in_at as "signedInAt", session.authenticated_at as "authenticatedAt",
    session.expires_at as "expiresAt", found.*
  from session
  left join lateral (
    select member.id, member.organization_id as "organizationId", member.status,
      member.last_seen_at as "lastSeenAt", organization.name as "organizationName",
      organization.allowed_ips as "allowedIps",
      organization.two_factor_required as "twoFactorRequired",
      organization.session_hours_max as "sessionHoursMax",
      member.role_id as "roleId", role.scopes as "customScopes", member.created_at as "memberSince"
    from member
    join organization on organization.id = member.organization_id
    left join role on role.id = member.role_id and role.organization_id = member.organization_id
    where member.user_id = session.user_id and member.status <> 'removed'
      and organization.deleted_at is null
      and ($2::text is null or member.organization_id = $2)
    order by member.status <> 'active', member.created_at, member.id
    limit 2
  ) as found on true
  where session.token = $1
  order by found.status <> 'active', found."memberSince", found.id`,
);

function isMembership(row: Row): row is SessionFields & Membership {
  return row.id !== null;
}

function userOf({
  sessionId,
  userId,
  factors,
  signedInAt,
  authenticatedAt,
  expiresAt,
}: Row): SessionUser {
  const session = { id: sessionId, signedInAt, authenticatedAt, expiresAt };
  return { userId, session: { ...session, factors: parseFactors(factors) } };
}
