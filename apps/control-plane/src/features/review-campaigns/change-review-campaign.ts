import type { ReviewCampaign, RouteInput, Routes } from '@tollkeeper/contract';
import type { Ctx } from '../../context.ts';
import { allowLongStatements } from '../../db/connect.ts';
import { reviewCampaign } from '../../db/schema/index.ts';
import { DomainError, invalidField } from '../../domain-error.ts';
import { campaignFacts } from '../../write/created-facts.ts';
import { requireUnedited } from '../../write/etag.ts';
import { forgetAnswer } from '../../write/idempotent.ts';
import { unlessUnchanged, write } from '../../write/write.ts';
import {
  campaignEtag,
  campaignTarget,
  countOutcomes,
  isCampaign,
  lockCampaign,
  readCampaign,
  requireRunning,
} from './campaign-view.ts';
import { settleReviews } from './settle-reviews.ts';
import { usableEnd, usableReviewer } from './start-review-campaign.ts';

interface Input {
  readonly params: { readonly id: string };
}

interface Edit extends Input {
  readonly body: RouteInput<Routes['updateReviewCampaign']>['body'];
}

const SCOPE = 'api_keys.manage_all';

/** @throws DomainError not_found, insufficient_scope, validation_failed, invalid_state, edit_conflict */
export function updateReviewCampaign(ctx: Ctx, { params, body }: Edit): Promise<ReviewCampaign> {
  const spec = { scope: SCOPE, action: 'review_campaign.update' } as const;
  return write<ReviewCampaign>(ctx, spec, async (tx, confirmed) => {
    const row = await lockCampaign(tx, confirmed, params.id);
    const now = ctx.services.clock();
    requireRunning(row, 'edit', now);
    const { reviewerId = row.reviewerId } = body;
    const next = {
      name: body.name?.trim() ?? row.name,
      endsAt: body.endsAt === undefined ? row.endsAt : laterEnd(row.endsAt, body.endsAt, now),
      reviewerId:
        reviewerId === row.reviewerId
          ? reviewerId
          : await usableReviewer(tx, confirmed, reviewerId),
    };
    const what = `review campaign "${row.name}"`;
    requireUnedited(what, body.etag, campaignEtag(row), campaignEtag(next));
    await tx.update(reviewCampaign).set(next).where(isCampaign(row.organizationId, row.id));
    return unlessUnchanged({
      result: await readCampaign(tx, confirmed, row.id),
      target: campaignTarget({ id: row.id, name: next.name }),
      before: campaignFacts(row),
      after: campaignFacts({ ...row, ...next }),
      changes: [],
    });
  });
}

/** People rely on the date that they were given, so it moves only to a later one. @throws DomainError */
function laterEnd(current: Date, text: string, now: Date): Date {
  if (new Date(text).getTime() === current.getTime()) return current;
  const end = usableEnd(text, now);
  if (end > current) return end;
  throw invalidField('endsAt', `must be after ${current.toISOString()}; to end it sooner, end it`);
}

/**
 * Takes no decisions from now on; a job then disables what nobody confirmed, as at its date.
 * @throws DomainError not_found, insufficient_scope, invalid_state
 */
export async function endReviewCampaign(ctx: Ctx, { params }: Input): Promise<ReviewCampaign> {
  const spec = { scope: SCOPE, action: 'review_campaign.end' } as const;
  const ended = await write<ReviewCampaign>(ctx, spec, async (tx, confirmed) => {
    const row = await lockCampaign(tx, confirmed, params.id);
    const now = ctx.services.clock();
    requireRunning(row, 'end', now);
    const set = { status: 'ending' as const, endsAt: now };
    await tx.update(reviewCampaign).set(set).where(isCampaign(row.organizationId, row.id));
    const result = await readCampaign(tx, confirmed, row.id);
    return {
      result,
      target: campaignTarget(row),
      before: campaignFacts(row),
      after: { ...campaignFacts({ ...row, ...set }), counts: result.counts },
      changes: [],
    };
  });
  return ended;
}

/**
 * Nothing more is disabled: what the job has disabled already stays so.
 * @throws DomainError not_found, insufficient_scope, invalid_state once it is over
 */
export function cancelReviewCampaign(ctx: Ctx, { params }: Input): Promise<ReviewCampaign> {
  const spec = { scope: SCOPE, action: 'review_campaign.cancel' } as const;
  return write<ReviewCampaign>(ctx, spec, async (tx, confirmed) => {
    await allowLongStatements(tx);
    const row = await lockCampaign(tx, confirmed, params.id);
    const now = ctx.services.clock();
    if (row.endedAt !== null) requireRunning(row, 'cancel', now);
    await settleReviews(tx, row, 'unconfirmed');
    const counts = await countOutcomes(tx, row.organizationId, row.id);
    const set = { status: 'cancelled' as const, endedAt: now, counts };
    await tx.update(reviewCampaign).set(set).where(isCampaign(row.organizationId, row.id));
    return {
      result: await readCampaign(tx, confirmed, row.id),
      target: campaignTarget(row),
      before: campaignFacts(row),
      after: { ...campaignFacts({ ...row, ...set }), counts },
      changes: [],
    };
  });
}

/** @throws DomainError not_found, insufficient_scope, invalid_state while it is under way */
export function deleteReviewCampaign(ctx: Ctx, { params: { id } }: Input): Promise<undefined> {
  const spec = { scope: SCOPE, action: 'review_campaign.delete' } as const;
  return write<undefined>(ctx, spec, async (tx, confirmed) => {
    await allowLongStatements(tx);
    const row = await lockCampaign(tx, confirmed, id);
    if (row.endedAt === null) {
      throw new DomainError(
        'invalid_state',
        `Cannot delete the review campaign "${row.name}": it is not over. Cancel it first.`,
      );
    }
    const counts = row.counts ?? (await countOutcomes(tx, row.organizationId, id));
    await tx.delete(reviewCampaign).where(isCampaign(row.organizationId, id));
    await forgetAnswer(tx, row.organizationId, id);
    return {
      result: undefined,
      target: campaignTarget(row),
      before: { ...campaignFacts(row), counts },
      after: null,
      changes: [],
    };
  });
}
