import type { RouteInput, RouteOutput, Routes } from '@tollkeeper/contract';
import { and, asc } from 'drizzle-orm';
import { visibleKeys } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import { among } from '../../db/among.ts';
import type { Transaction } from '../../db/connect.ts';
import { apiKey, keyReview, reviewCampaign } from '../../db/schema/index.ts';
import { DomainError, notFound } from '../../domain-error.ts';
import { callerMayVouch } from '../../lineage/caller-may-vouch.ts';
import type { FurtherEvent } from '../../write/write.ts';
import { write } from '../../write/write.ts';
import { type CampaignRow, isCampaign, ofCampaign, requireRunning } from './campaign-view.ts';
import { reviewedKey } from './reviewers.ts';

type Input = RouteInput<Routes['confirmKeyReviews']>;
type Results = RouteOutput<Routes['confirmKeyReviews']>;

/**
 * Confirms keys that the caller could disable, and answers why it did not confirm the others. One that was confirmed
 * before stays as it is.
 * @throws DomainError not_found, invalid_state where the campaign is over
 */
export function confirmKeyReviews(ctx: Ctx, { params: { id }, body }: Input): Promise<Results> {
  const keyIds = [...new Set(body.keyIds)];
  const spec = { scope: 'api_keys.revoke', action: 'api_key.confirm_review' } as const;
  return write<Results>(ctx, spec, async (tx, confirmed) => {
    const { organizationId, services } = confirmed;
    const [campaign] = await tx.select().from(reviewCampaign).where(isCampaign(organizationId, id));
    if (!campaign) throw notFound('review campaign', id);
    const now = services.clock();
    requireRunning(campaign, 'confirm keys in', now);
    const rows = new Map(
      (await selectReviews(tx, confirmed, id, keyIds)).map((row) => [row.key.id, row]),
    );
    const mayConfirm = await callerMayVouch(tx, confirmed);
    const refusals = keyIds.map((keyId) =>
      findRefusal(campaign, rows.get(keyId), keyId, mayConfirm),
    );
    const confirmable = keyIds.filter(
      (keyId, index) => !refusals[index] && rows.get(keyId)?.outcome === 'pending',
    );
    await tx
      .update(keyReview)
      .set({ outcome: 'confirmed', decidedAt: now, decidedBy: confirmed.actor.memberId })
      .where(and(ofCampaign(organizationId, id), among(keyReview.keyId, confirmable)));
    const result = {
      results: keyIds.map((keyId, index) => ({ id: keyId, error: errorOf(refusals[index]) })),
    };
    const events = confirmable.flatMap((keyId) => eventOf(campaign, rows.get(keyId)));
    const [first, ...furtherEvents] = events;
    if (!first) return { replayed: result };
    return { ...first, result, furtherEvents, changes: [] };
  });
}

/** Of the keys that the caller sees. */
function selectReviews(tx: Transaction, ctx: Ctx, campaignId: string, ids: readonly string[]) {
  return tx
    .select({ key: apiKey, outcome: keyReview.outcome })
    .from(apiKey)
    .leftJoin(keyReview, and(reviewedKey, ofCampaign(ctx.organizationId, campaignId)))
    .where(and(visibleKeys(ctx), among(apiKey.id, ids)))
    .orderBy(asc(apiKey.id))
    .for('update', { of: apiKey });
}

type ReviewRow = Awaited<ReturnType<typeof selectReviews>>[number];

function findRefusal(
  campaign: CampaignRow,
  row: ReviewRow | undefined,
  keyId: string,
  mayConfirm: (keyId: string) => boolean,
): DomainError | undefined {
  if (!row) return notFound('API key', keyId);
  const why = whyNot(campaign, row, mayConfirm);
  return why === undefined
    ? undefined
    : new DomainError('invalid_state', `Cannot confirm the key "${row.key.name}": ${why}.`);
}

function whyNot(
  { name }: CampaignRow,
  { key, outcome }: ReviewRow,
  mayConfirm: (keyId: string) => boolean,
): string | undefined {
  if (outcome === null) return `it is not part of the review campaign "${name}"`;
  if (key.status === 'revoked') return 'it is revoked for good';
  return mayConfirm(key.id)
    ? undefined
    : 'a key does not confirm itself, nor one that it came from; use another credential';
}

function errorOf(refusal: DomainError | undefined): Results['results'][number]['error'] {
  return refusal ? { code: refusal.code, detail: refusal.message } : null;
}

/** What was confirmed: the key may change afterwards. */
function eventOf(campaign: CampaignRow, row: ReviewRow | undefined): FurtherEvent[] {
  if (!row) return [];
  const { id, name, workspaceId, memberId, scopes, expiresAt } = row.key;
  return [
    {
      action: 'api_key.confirm_review',
      target: { type: 'api_key', id, name, workspaceId },
      before: null,
      after: {
        ...{ campaignId: campaign.id, campaignName: campaign.name, memberId, scopes },
        expiresAt: expiresAt?.toISOString() ?? null,
      },
    },
  ];
}
