import {
  createId,
  REVIEW_CAMPAIGNS_MAX,
  REVIEW_DAYS_MAX,
  REVIEWED_KEYS_MAX,
  type ReviewCampaign,
  type RouteInput,
  type Routes,
  RUNNING_CAMPAIGNS_MAX,
} from '@tollkeeper/contract';
import { and, eq, inArray, sql } from 'drizzle-orm';
import { callingKeyId } from '../../access/creator.ts';
import { requireWholeOrganization } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import { allowLongStatements, type Transaction } from '../../db/connect.ts';
import { apiKey, keyReview, reviewCampaign, workspace } from '../../db/schema/index.ts';
import { DomainError, invalidField, notFound } from '../../domain-error.ts';
import { campaignFacts } from '../../write/created-facts.ts';
import { idempotent } from '../../write/idempotent.ts';
import { type Written, write } from '../../write/write.ts';
import {
  campaignTarget,
  NOTHING_COUNTED,
  readCampaign,
  requireMayCampaign,
} from './campaign-view.ts';
import { ALL, findReviewRoles, reviewer, reviewerCanReview } from './reviewers.ts';

type Body = RouteInput<Routes['startReviewCampaign']>['body'];

const HOUR_MS = 3_600_000;

/**
 * Asks the owners of all keys in force to confirm or revoke them until a date.
 * @throws DomainError outside_workspace, insufficient_scope, validation_failed, not_found, invalid_state
 */
export async function startReviewCampaign(
  ctx: Ctx,
  { body }: { body: Body },
): Promise<ReviewCampaign> {
  requireWholeOrganization(ctx);
  const spec = { scope: 'api_keys.manage_all', action: 'review_campaign.start' } as const;
  const started = await write<ReviewCampaign>(ctx, spec, async (tx, confirmed) => {
    requireMayCampaign(confirmed);
    return idempotent<ReviewCampaign>(
      tx,
      confirmed,
      { route: 'startReviewCampaign', body },
      () => insertCampaign(tx, confirmed, body),
      (answer) => answer,
    );
  });
  if (started.keysCount >= MANY_KEYS) await measureReviews(ctx);
  return started;
}

/** So many rows at once mislead the planner of PostgreSQL until it has counted them. */
const MANY_KEYS = 10_000;

/** Lists of large campaigns take several times as long before; the job of the database does it minutes later. */
async function measureReviews({ services: { db, log } }: Ctx): Promise<void> {
  await db
    .execute(sql`analyze (skip_locked) ${keyReview}`)
    .catch((error: unknown) => log.warn({ err: error }, 'key reviews not analyzed'));
}

async function insertCampaign(
  tx: Transaction,
  ctx: Ctx,
  body: Body,
): Promise<Written<ReviewCampaign>> {
  const { organizationId, services } = ctx;
  const now = services.clock();
  await allowLongStatements(tx);
  await requireRoom(tx, organizationId);
  if (body.workspaceId !== undefined) await requireWorkspace(tx, ctx, body.workspaceId);
  const row = {
    ...{ organizationId, id: createId('reviewCampaign', services.randomBytes) },
    ...{ name: body.name.trim(), status: 'running' as const },
    workspaceId: body.workspaceId ?? null,
    disablesUnconfirmed: body.disablesUnconfirmed ?? false,
    reviewerId: await usableReviewer(tx, ctx, body.reviewerId ?? ctx.actor.memberId),
    endsAt: usableEnd(body.endsAt, now),
    endedAt: null,
    memberId: ctx.actor.memberId,
    createdByKeyId: callingKeyId(ctx),
    createdAt: now,
  };
  await tx.insert(reviewCampaign).values({ ...row, keysCount: 0 });
  const keysCount = await insertReviews(tx, row, now);
  await tx
    .update(reviewCampaign)
    .set({ keysCount })
    .where(and(eq(reviewCampaign.organizationId, organizationId), eq(reviewCampaign.id, row.id)));
  return {
    result: await readCampaign(tx, ctx, row.id, { ...NOTHING_COUNTED, pending: keysCount }),
    target: campaignTarget(row),
    before: null,
    after: campaignFacts({ ...row, keysCount }),
    changes: [],
  };
}

interface Reviewed {
  readonly organizationId: string;
  readonly id: string;
  readonly workspaceId: string | null;
}

/** Keys that are in force, or disabled, when the campaign begins; a canary key is in nobody's use. @throws DomainError invalid_state */
async function insertReviews(tx: Transaction, campaign: Reviewed, now: Date): Promise<number> {
  const { organizationId, id, workspaceId } = campaign;
  const { rowCount } = await tx.execute(sql`
    insert into ${keyReview} (organization_id, campaign_id, key_id, key_name, outcome)
    select ${apiKey.organizationId}, ${id}, ${apiKey.id}, ${apiKey.name}, 'pending'
    from ${apiKey}
    where ${apiKey.organizationId} = ${organizationId} and ${apiKey.status} <> 'revoked'
      and not ${apiKey.canary} and (${apiKey.expiresAt} is null or ${apiKey.expiresAt} > ${now.toISOString()}::timestamptz)
      and ${workspaceId === null ? sql`true` : eq(apiKey.workspaceId, workspaceId)}
    limit ${REVIEWED_KEYS_MAX + 1}`);
  const count = rowCount ?? 0;
  if (count > 0 && count <= REVIEWED_KEYS_MAX) return count;
  throw new DomainError(
    'invalid_state',
    count === 0
      ? 'Cannot start a review campaign: there is no key to review.'
      : `Cannot start a review campaign: it would have more than ${REVIEWED_KEYS_MAX} keys. Start one for each workspace.`,
  );
}

/** @throws DomainError invalid_state */
async function requireRoom(tx: Transaction, organizationId: string): Promise<void> {
  const all = eq(reviewCampaign.organizationId, organizationId);
  const underWay = and(all, inArray(reviewCampaign.status, ['running', 'ending']));
  if ((await tx.$count(reviewCampaign, underWay)) >= RUNNING_CAMPAIGNS_MAX) {
    throw new DomainError(
      'invalid_state',
      `Cannot start a review campaign: ${RUNNING_CAMPAIGNS_MAX} of them are running, which is the limit. End or cancel one first.`,
    );
  }
  if ((await tx.$count(reviewCampaign, all)) < REVIEW_CAMPAIGNS_MAX) return;
  throw new DomainError(
    'invalid_state',
    `Cannot start a review campaign: the organization keeps ${REVIEW_CAMPAIGNS_MAX} of them, which is the limit. Delete one that is over first.`,
  );
}

/** @throws DomainError not_found */
async function requireWorkspace(tx: Transaction, ctx: Ctx, id: string): Promise<void> {
  const isWorkspace = and(eq(workspace.organizationId, ctx.organizationId), eq(workspace.id, id));
  if ((await tx.$count(workspace, isWorkspace)) === 0) throw notFound('workspace', id);
}

/** @throws DomainError validation_failed */
export async function usableReviewer(tx: Transaction, ctx: Ctx, id: string): Promise<string> {
  const roles = await findReviewRoles(tx, ctx.organizationId);
  const [found] = await tx
    .select({ canReview: reviewerCanReview(roles) })
    .from(reviewer)
    .where(and(eq(reviewer.organizationId, ctx.organizationId), eq(reviewer.id, id)));
  if (found?.canReview) return id;
  throw invalidField('reviewerId', `must name an active member whose role holds ${ALL.join(', ')}`);
}

/** @throws DomainError validation_failed */
export function usableEnd(text: string, now: Date): Date {
  const end = new Date(text);
  const fromNowMs = end.getTime() - now.getTime();
  if (fromNowMs >= HOUR_MS && fromNowMs <= REVIEW_DAYS_MAX * 24 * HOUR_MS) return end;
  throw invalidField(
    'endsAt',
    `must be at least an hour and at most ${REVIEW_DAYS_MAX} days from now`,
  );
}
