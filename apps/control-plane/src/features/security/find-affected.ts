import type { SecurityEffect, SecuritySettings } from '@tollkeeper/contract';
import { and, asc, eq, gt, isNull, ne, or, sql } from 'drizzle-orm';
import type { Transaction } from '../../db/connect.ts';
import { apiKey, member, session, user } from '../../db/schema/index.ts';
import { findUsersWithSecondFactor, includesSecondFactor } from '../identity/index.ts';
import { type AffectedKey, affectedKeys, type RuledKey } from './key-effects.ts';
import { sessionEnd } from './require-session-allowed.ts';

export interface Affected {
  readonly keys: readonly AffectedKey[];
  readonly members: readonly AffectedMember[];
}

/** All keys and members that a change of the settings affects, for the preview and for saving. */
export async function findAffected(
  tx: Transaction,
  organizationId: string,
  settings: { readonly before: SecuritySettings; readonly after: SecuritySettings },
  now: Date,
): Promise<Affected> {
  const { before, after } = settings;
  const keys = await selectRuledKeys(tx, organizationId, now);
  const members = await selectMembers(tx, organizationId, now);
  return {
    keys: affectedKeys(keys, before, after, now),
    members: affectedMembers(members, before, after, now),
  };
}

/** Also those that expired only because the organization allows no longer life. */
function selectRuledKeys(tx: Transaction, organizationId: string, now: Date): Promise<RuledKey[]> {
  return tx
    .select({
      id: apiKey.id,
      memberId: apiKey.memberId,
      workspaceId: apiKey.workspaceId,
      name: apiKey.name,
      prefix: apiKey.prefix,
      status: apiKey.status,
      canary: apiKey.canary,
      createdAt: apiKey.createdAt,
      expiresAt: apiKey.expiresAt,
      requestedExpiresAt: apiKey.requestedExpiresAt,
      lastUsedAt: apiKey.lastUsedAt,
      enabledAt: apiKey.enabledAt,
      allowedIps: apiKey.allowedIps,
    })
    .from(apiKey)
    .where(
      and(
        eq(apiKey.organizationId, organizationId),
        ne(apiKey.status, 'revoked'),
        or(
          isNull(apiKey.expiresAt),
          gt(apiKey.expiresAt, now),
          sql`${apiKey.requestedExpiresAt} is distinct from ${apiKey.expiresAt}`,
        ),
      ),
    )
    .orderBy(asc(apiKey.createdAt), asc(apiKey.id));
}

async function selectMembers(
  tx: Transaction,
  organizationId: string,
  now: Date,
): Promise<RuledMember[]> {
  const rows = await tx
    .select({
      id: member.id,
      userId: user.id,
      name: user.name,
      session: { signedInAt: session.signedInAt, factors: session.factors },
    })
    .from(member)
    .innerJoin(user, eq(user.id, member.userId))
    .leftJoin(session, and(eq(session.userId, user.id), gt(session.expiresAt, now)))
    .where(and(eq(member.organizationId, organizationId), eq(member.status, 'active')))
    .orderBy(asc(member.createdAt), asc(member.id));
  const protectedUsers = await findUsersWithSecondFactor(
    tx,
    rows.map((row) => row.userId),
  );
  const byMember = Map.groupBy(rows, (row) => row.id);
  return [...byMember].map(([id, ofMember]) => ({
    id,
    name: ofMember[0]?.name ?? '',
    hasSecondFactor: ofMember.some((row) => protectedUsers.has(row.userId)),
    sessions: ofMember.flatMap(({ session: each }) =>
      each
        ? [{ signedInAt: each.signedInAt, hasSecondFactor: includesSecondFactor(each.factors) }]
        : [],
    ),
  }));
}

interface RuledMember {
  readonly id: string;
  readonly name: string;
  /** Whether they have set one up. */
  readonly hasSecondFactor: boolean;
  /** Those that still run. */
  readonly sessions: readonly RuledSession[];
}

interface RuledSession {
  readonly signedInAt: Date;
  /** Whether it was opened with a second factor. */
  readonly hasSecondFactor: boolean;
}

interface AffectedMember {
  readonly member: RuledMember;
  readonly effects: SecurityEffect[];
}

/** What going from one set of settings to another does to active members. */
function affectedMembers(
  members: readonly RuledMember[],
  before: SecuritySettings,
  after: SecuritySettings,
  now: Date,
): AffectedMember[] {
  const asksNow = after.twoFactorRequired && !before.twoFactorRequired;
  const ends = ({ signedInAt }: RuledSession) =>
    sessionEnd(signedInAt, after) <= now && sessionEnd(signedInAt, before) > now;
  return members
    .map((member) => ({
      member,
      effects: [
        ...(asksNow && lacksSecondFactor(member) ? (['needs_second_factor'] as const) : []),
        ...(member.sessions.some(ends) ? (['session_ends'] as const) : []),
      ],
    }))
    .filter(({ effects }) => effects.length > 0);
}

/** Members who have none, and those who have one but signed in without it. */
function lacksSecondFactor({ hasSecondFactor, sessions }: RuledMember): boolean {
  return !hasSecondFactor || sessions.some((session) => !session.hasSecondFactor);
}
