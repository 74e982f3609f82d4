import { and, asc, eq, isNull, ne } from 'drizzle-orm';
import type { Database } from '../../db/connect.ts';
import { member, organization } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';
import { requireSessionAllowed, type SessionUse } from './require-session-allowed.ts';
import { sessionEnd } from './session-end.ts';

/**
 * What a session must meet for what belongs to the person and to no organization: no organization
 * of theirs has ended it, and at least one accepts it as it is. See docs/decisions/0014.
 * @throws DomainError ip_not_allowed, unauthenticated, two_factor_required, member_suspended
 */
export async function requireSessionAllowedSomewhere(
  db: Database,
  use: SessionUse,
  now: Date,
): Promise<void> {
  const memberships = await selectMemberships(db, use.userId);
  // A user of no organization has no rules to meet, and nothing to reach.
  if (memberships.length === 0) return;
  const active = memberships.filter(({ status }) => status === 'active');
  const [first] = active.toSorted((a, b) => a.sessionHoursMax - b.sessionHoursMax);
  if (!first) {
    throw new DomainError('member_suspended', 'Your membership is suspended. Ask an admin.');
  }
  if (sessionEnd(use.session.signedInAt, first) <= now) {
    return requireSessionAllowed(db, { ...first, allowedIps: [] }, use, now);
  }
  const refusals: unknown[] = [];
  for (const rules of active) {
    try {
      return await requireSessionAllowed(db, rules, use, now);
    } catch (error) {
      refusals.push(error);
    }
  }
  throw refusals[0];
}

function selectMemberships(db: Database, userId: string) {
  return db
    .select({
      status: member.status,
      organizationName: organization.name,
      allowedIps: organization.allowedIps,
      twoFactorRequired: organization.twoFactorRequired,
      sessionHoursMax: organization.sessionHoursMax,
    })
    .from(member)
    .innerJoin(organization, eq(organization.id, member.organizationId))
    .where(
      and(eq(member.userId, userId), ne(member.status, 'removed'), isNull(organization.deletedAt)),
    )
    .orderBy(asc(member.createdAt), asc(member.id));
}
