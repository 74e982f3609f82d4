import {
  FINAL_SCOPES,
  type SecurityEffect,
  type SecuritySettings,
  type StoredSecuritySettings,
} from '@tollkeeper/contract';
import { and, arrayOverlaps, eq, sql } from 'drizzle-orm';
import { requireWholeOrganization } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import { allowLongStatements, type Transaction } from '../../db/connect.ts';
import { apiKey, member, organization } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';
import { etagOf, requireUnedited } from '../../write/etag.ts';
import { isSame, write } from '../../write/write.ts';
import { requirePlaceInPlan, revivalEvents } from '../billing/index.ts';
import {
  findUsersWithSecondFactor,
  includesSecondFactor,
  requireRecentSignIn,
} from '../identity/index.ts';
import { lockOrganization } from '../organization/index.ts';
import { type Affected, findAffected } from './find-affected.ts';
import {
  changedSettings,
  type SecurityChange,
  securitySettings,
  withEtag,
} from './get-security.ts';
import { type AffectedKey, expiryUnder } from './key-effects.ts';
import { excludesAddress } from './require-session-allowed.ts';

const MOVING: readonly SecurityEffect[] = [
  'expires_sooner',
  'expires_later',
  'expires_now',
  'works_again',
];

const EXTENDING: readonly SecurityEffect[] = ['expires_later', 'works_again'];

/** How many ids of affected keys and members one audit event holds; the counts are exact. */
const AUDITED_IDS_MAX = 100;

/**
 * Saves the settings and applies them to what exists. Locks the organization first: a caller who sets
 * the expiry of a key holds that lock too, so no key slips past a shorter lifetime. A longer one
 * gives back what a shorter one took, and keys that expired by it work again, if the plan holds
 * them.
 * @throws DomainError outside_workspace, edit_conflict, validation_failed, invalid_state for one's
 * own exclusion, plan_limit_reached, recent_sign_in_required
 */
export function updateSecurity(ctx: Ctx, { body }: { body: SecurityChange }) {
  requireWholeOrganization(ctx);
  const spec = { scope: 'security.manage', action: 'security.update' } as const;
  return write<StoredSecuritySettings>(ctx, spec, async (tx, confirmed) => {
    await allowLongStatements(tx);
    const row = await lockOrganization(tx, confirmed);
    const before = securitySettings(row);
    const after = changedSettings(before, body);
    requireUnedited(
      'security configuration',
      body.etag,
      etagOf({ ...before }),
      etagOf({ ...after }),
    );
    if (isSame(before, after)) return { replayed: withEtag(after) };
    await requireNotExcluded(tx, confirmed, before, after);
    const now = ctx.services.clock();
    const affected = await findAffected(tx, row.id, { before, after }, now);
    await requireRecentExtension(tx, confirmed, affected.keys);
    await tx.update(organization).set(after).where(eq(organization.id, row.id));
    const moved = await moveExpiries(tx, affected.keys, before, after);
    const revived = affected.keys.filter(({ effects }) => effects.includes('works_again')).length;
    if (revived > 0) await requirePlaceInPlan(tx, confirmed, 0);
    return {
      result: withEtag(after),
      target: { type: 'organization', id: row.id, name: row.name },
      before: { ...before },
      after: { ...after, ...affectedFacts(affected) },
      furtherEvents: await revivalEvents(tx, row.id, now, revived),
      changes: [
        { kind: 'organization', subjectId: row.id },
        ...moved.map(({ id, workspaceId }) => ({
          kind: 'key' as const,
          subjectId: id,
          workspaceId,
        })),
      ],
    };
  });
}

/**
 * Keys that may delete or transfer the organization live longer only once a person has proved to be
 * there, as when one of them is extended.
 * @throws DomainError recent_sign_in_required
 */
async function requireRecentExtension(
  tx: Transaction,
  ctx: Ctx,
  keys: readonly AffectedKey[],
): Promise<void> {
  const extended = keys.filter(({ effects }) => effects.some((each) => EXTENDING.includes(each)));
  if (extended.length === 0) return;
  const ids = extended.map(({ key }) => key.id);
  const [found] = await tx
    .select({ id: apiKey.id })
    .from(apiKey)
    .where(
      and(
        eq(apiKey.organizationId, ctx.organizationId),
        arrayOverlaps(apiKey.scopes, [...FINAL_SCOPES]),
        sql`${apiKey.id} = any(${sql.param(ids)}::text[])`,
      ),
    )
    .limit(1);
  if (found) await requireRecentSignIn(ctx, tx);
}

/** Writes the expiry of each key that gets another one. @returns the keys */
async function moveExpiries(
  tx: Transaction,
  affected: readonly AffectedKey[],
  before: SecuritySettings,
  after: SecuritySettings,
): Promise<Pick<AffectedKey['key'], 'id' | 'workspaceId'>[]> {
  const keys = affected
    .filter(({ effects }) => effects.some((each) => MOVING.includes(each)))
    .map(({ key }) => ({ ...key, expiresAt: expiryUnder(key, before, after) }));
  const ids = keys.map(({ id }) => id);
  const times = keys.map(({ expiresAt }) => expiresAt?.toISOString() ?? null);
  if (ids.length === 0) return [];
  await tx.execute(sql`
    update ${apiKey} set expires_at = cut.at
    from unnest(${sql.param(ids)}::text[], ${sql.param(times)}::timestamptz[]) as cut(id, at)
    where ${apiKey.id} = cut.id`);
  return keys;
}

function affectedFacts({ keys, members }: Affected) {
  return {
    affectedKeysCount: keys.length,
    affectedKeys: keys.slice(0, AUDITED_IDS_MAX).map(({ key }) => key.id),
    affectedMembersCount: members.length,
    affectedMembers: members.slice(0, AUDITED_IDS_MAX).map(({ member }) => member.id),
  };
}

/**
 * Nobody locks themselves out: who saves a rule must meet it.
 * @throws DomainError invalid_state
 */
async function requireNotExcluded(
  tx: Transaction,
  ctx: Ctx,
  before: SecuritySettings,
  after: SecuritySettings,
): Promise<void> {
  if (excludesAddress(after, ctx.origin.ip)) {
    throw new DomainError(
      'invalid_state',
      `The ranges leave out your own address, "${ctx.origin.ip ?? 'unknown'}", so you would lock yourself out. Add a range that holds it.`,
    );
  }
  const asksNow = after.twoFactorRequired && !before.twoFactorRequired;
  if (asksNow && !(await meetsSecondFactor(tx, ctx))) {
    throw new DomainError(
      'invalid_state',
      'You did not sign in with a second factor yourself, so you would lock yourself out. Set one up, or sign in with the one that you have.',
    );
  }
}

/** The session that saves it; for a key, its owner as they will sign in. */
async function meetsSecondFactor(tx: Transaction, ctx: Ctx): Promise<boolean> {
  if (ctx.actor.type === 'member') return includesSecondFactor(ctx.actor.session.factors);
  const userId = await findUserId(tx, ctx);
  return (await findUsersWithSecondFactor(tx, [userId])).has(userId);
}

/** Of the owner of the key. */
async function findUserId(tx: Transaction, { organizationId, actor }: Ctx): Promise<string> {
  const [row] = await tx
    .select({ userId: member.userId })
    .from(member)
    .where(and(eq(member.organizationId, organizationId), eq(member.id, actor.memberId)));
  return row?.userId ?? '';
}
