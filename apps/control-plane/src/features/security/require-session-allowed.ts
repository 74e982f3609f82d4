import type { SecuritySettings } from '@tollkeeper/contract';
import { parseIpRange, rangeContains } from '@tollkeeper/verify';
import { and, asc, eq, isNull, ne } from 'drizzle-orm';
import type { Session } from '../../context.ts';
import type { Database } from '../../db/connect.ts';
import { member, organization } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';
import { findUserFactors, includesSecondFactor, strongestFactors } from '../identity/index.ts';

type Rules = Pick<SecuritySettings, 'allowedIps' | 'twoFactorRequired' | 'sessionHoursMax'>;

interface SessionUse {
  readonly userId: string;
  readonly session: Session;
  readonly ip: string;
  /** For what a member needs in order to set a second factor up. */
  readonly withoutSecondFactor: boolean;
}

/**
 * What the organization asks of a session before it takes a request.
 * @throws DomainError ip_not_allowed, unauthenticated, two_factor_required
 */
export async function requireSessionAllowed(
  db: Database,
  organization: Rules & { readonly organizationName: string },
  use: SessionUse,
  now: Date,
): Promise<void> {
  const { organizationName, sessionHoursMax } = organization;
  if (excludesAddress(organization, use.ip)) {
    throw new DomainError(
      'ip_not_allowed',
      `"${organizationName}" takes no requests from the address "${use.ip}". Use its network, or ask an admin.`,
    );
  }
  if (sessionEnd(use.session.signedInAt, organization) <= now) {
    throw new DomainError(
      'unauthenticated',
      `"${organizationName}" ends a session ${hours(sessionHoursMax)} after sign-in. Sign in again.`,
    );
  }
  if (!organization.twoFactorRequired || use.withoutSecondFactor) return;
  if (includesSecondFactor(use.session.factors)) return;
  throw await lacksSecondFactor(db, organizationName, use.userId);
}

/** Who has one need only give it; who has none must set one up first. */
async function lacksSecondFactor(db: Database, organizationName: string, userId: string) {
  const factors = strongestFactors(await findUserFactors(db, userId)).filter(
    (factor) => factor !== 'password',
  );
  const rule = `"${organizationName}" asks every member for a second factor`;
  return factors.length > 0
    ? new DomainError(
        'two_factor_required',
        `${rule}, and you signed in without yours. Confirm your session with it, or sign in again.`,
        { factors },
      )
    : new DomainError('two_factor_required', `${rule}. Set one up in your profile.`, { factors });
}

function hours(count: number): string {
  return count === 1 ? 'an hour' : `${count} hours`;
}

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

const HOUR_MS = 3_600_000;

/** When the organization stops taking a session that began then. */
export function sessionEnd(
  signedInAt: Date,
  { sessionHoursMax }: Pick<SecuritySettings, 'sessionHoursMax'>,
): Date {
  return new Date(signedInAt.getTime() + sessionHoursMax * HOUR_MS);
}

/** When the organization stops taking the session, or the session ends by itself. */
export function earliestEnd(
  { signedInAt, expiresAt }: Session,
  rule: Pick<SecuritySettings, 'sessionHoursMax'>,
): Date {
  const end = sessionEnd(signedInAt, rule);
  return end < expiresAt ? end : expiresAt;
}

/** Whether the ranges leave the address out; an address that is not known is left out by any. */
export function excludesAddress(
  { allowedIps }: Pick<SecuritySettings, 'allowedIps'>,
  ip: string | null,
): boolean {
  if (allowedIps.length === 0) return false;
  const ranges = allowedIps.map(parseIpRange).filter((range) => range !== undefined);
  return !rangeContains(ranges, ip ?? '');
}
