import type { AuditAction } from '@tollkeeper/contract';
import { and, asc, eq, inArray, isNull, or, type SQL, sql } from 'drizzle-orm';
import type { Services } from '../../context.ts';
import { among } from '../../db/among.ts';
import type { Transaction } from '../../db/connect.ts';
import { apiKey, keyReview, organization, reviewCampaign } from '../../db/schema/index.ts';
import { runForEach } from '../../run-for-each.ts';
import { campaignFacts } from '../../write/created-facts.ts';
import { jobSource } from '../../write/job-source.ts';
import { commit, type Replayed, type WriteServices, type Written } from '../../write/write.ts';
import { keyFacts } from '../api-keys/index.ts';
import {
  type CampaignRow,
  campaignTarget,
  countOutcomes,
  isCampaign,
  ofCampaign,
} from './campaign-view.ts';
import { reviewedKey } from './reviewers.ts';
import { settleReviews } from './settle-reviews.ts';

const JOB = 'end-review-campaigns';
const DISABLED_BY = { type: 'job', job: JOB } as const;
/** Few enough that nobody else of the organization waits for long. */
const KEYS_AT_ONCE = 100;
const DAY_MS = 86_400_000;
/** So many days before the end, people are reminded of what is left. */
const REMINDER_DAYS = [7, 1];

type JobServices = WriteServices & Pick<Services, 'log'>;
type Work<T> = (tx: Transaction, row: CampaignRow, now: Date) => Promise<Written<T> | Replayed<T>>;

/**
 * Ends the campaigns whose date has come, disables what nobody confirmed where they do so, and reminds of those that
 * end soon. Each step looks at the campaign anew once it is locked, so that it can be run again at any time, by
 * any process, and goes on where another one was killed.
 */
export async function endReviewCampaigns(services: JobServices) {
  const counts = { ended: 0, disabled: 0, reminded: 0 };
  const underWay = await services.db
    .select({ campaign: reviewCampaign })
    .from(reviewCampaign)
    .innerJoin(organization, eq(organization.id, reviewCampaign.organizationId))
    .where(
      and(inArray(reviewCampaign.status, ['running', 'ending']), isNull(organization.deletedAt)),
    )
    .orderBy(asc(reviewCampaign.endsAt));
  const contextOf = ({ campaign }: { readonly campaign: CampaignRow }) => ({
    organizationId: campaign.organizationId,
    campaignId: campaign.id,
  });
  await runForEach(services.log, underWay, contextOf, async ({ campaign }) => {
    if (await step(services, campaign, 'review_campaign.remind', remind)) counts.reminded += 1;
    await step(services, campaign, 'review_campaign.end', beginEnd);
    for (let disabled = 1; disabled > 0; ) {
      disabled = await step(services, campaign, 'api_key.disable', disableSome);
      counts.disabled += disabled;
    }
    if (await step(services, campaign, 'review_campaign.complete', complete)) counts.ended += 1;
  });
  return counts;
}

/** One transaction about a campaign, which is 0 or false where there is nothing left to do. */
function step<T>(
  services: JobServices,
  { organizationId, id }: CampaignRow,
  action: AuditAction,
  work: Work<T>,
): Promise<T> {
  return commit<T>(services, jobSource(organizationId, JOB, action), async (tx) => {
    const [row] = await tx
      .select()
      .from(reviewCampaign)
      .where(isCampaign(organizationId, id))
      .for('update');
    return work(tx, row ?? GONE, services.clock());
  });
}

/** Stands for a campaign that was deleted meanwhile: no step has anything to do with it. */
const GONE = { status: 'cancelled' } as CampaignRow;

const remind: Work<boolean> = async (tx, row, now) => {
  if (row.status !== 'running' || !isReminderDue(row, now)) return { replayed: false };
  const { pending } = await countOutcomes(tx, row.organizationId, row.id);
  await set(tx, row, { remindedAt: now });
  if (pending === 0) return { replayed: false };
  const endsAt = row.endsAt.toISOString();
  return written(row, true, { endsAt, disablesUnconfirmed: row.disablesUnconfirmed, pending });
};

/** Once for each of the days, unless the campaign began later than that. */
export function isReminderDue(
  { createdAt, endsAt, remindedAt }: Pick<CampaignRow, 'createdAt' | 'endsAt' | 'remindedAt'>,
  now: Date,
): boolean {
  if (endsAt <= now) return false;
  return REMINDER_DAYS.some((days) => {
    const from = new Date(endsAt.getTime() - days * DAY_MS);
    return from <= now && createdAt < from && !(remindedAt && remindedAt >= from);
  });
}

const beginEnd: Work<boolean> = async (tx, row, now) => {
  if (row.status !== 'running' || row.endsAt > now) return { replayed: false };
  await set(tx, row, { status: 'ending' });
  const counts = await countOutcomes(tx, row.organizationId, row.id);
  return {
    ...written(row, true, { ...campaignFacts({ ...row, status: 'ending' }), counts }),
    before: campaignFacts(row),
  };
};

/** Disables the next keys that nobody confirmed, with an event for each. */
const disableSome: Work<number> = async (tx, row, now) => {
  if (row.status !== 'ending' || !row.disablesUnconfirmed) return { replayed: 0 };
  const keys = await lockUnconfirmed(tx, row);
  const [first] = keys;
  if (!first) return { replayed: 0 };
  const ids = keys.map(({ id }) => id);
  const next = { status: 'disabled', disabledAt: now, disabledBy: DISABLED_BY } as const;
  await tx
    .update(apiKey)
    .set(next)
    .where(and(eq(apiKey.organizationId, row.organizationId), among(apiKey.id, ids)));
  await tx
    .update(keyReview)
    .set({ outcome: 'disabled', decidedAt: now })
    .where(and(ofCampaign(row.organizationId, row.id), among(keyReview.keyId, ids)));
  const events = keys.map((key) => ({
    action: 'api_key.disable' as const,
    target: { type: 'api_key' as const, id: key.id, name: key.name, workspaceId: key.workspaceId },
    before: keyFacts(key),
    after: { ...keyFacts({ ...key, ...next }), campaignId: row.id, campaignName: row.name },
  }));
  const [event, ...furtherEvents] = events;
  if (!event) return { replayed: 0 };
  const { target, before, after } = event;
  return {
    ...{ result: keys.length, target, before, after, furtherEvents },
    changes: keys.map(({ id, workspaceId }) => ({ kind: 'key', subjectId: id, workspaceId })),
  };
};

/** Also those that their owner disabled: else they could enable them a moment later. */
async function lockUnconfirmed(tx: Transaction, { organizationId, id }: CampaignRow) {
  const rows = await tx
    .select({ key: apiKey })
    .from(keyReview)
    .innerJoin(apiKey, reviewedKey)
    .where(
      and(
        ofCampaign(organizationId, id),
        eq(keyReview.outcome, 'pending'),
        or(eq(apiKey.status, 'active'), isDisabledByOwner()),
      ),
    )
    .orderBy(asc(apiKey.id))
    .limit(KEYS_AT_ONCE)
    .for('update', { of: apiKey });
  return rows.map(({ key }) => key);
}

function isDisabledByOwner(): SQL | undefined {
  return and(
    eq(apiKey.status, 'disabled'),
    eq(sql`${apiKey.disabledBy} ->> 'memberId'`, apiKey.memberId),
  );
}

const complete: Work<boolean> = async (tx, row, now) => {
  if (row.status !== 'ending') return { replayed: false };
  await settleReviews(tx, row, row.disablesUnconfirmed ? 'disabled' : 'unconfirmed');
  const counts = await countOutcomes(tx, row.organizationId, row.id);
  await set(tx, row, { status: 'ended', endedAt: now, counts });
  return {
    ...written(row, true, { ...campaignFacts({ ...row, status: 'ended' }), counts }),
    before: campaignFacts(row),
  };
};

async function set(tx: Transaction, row: CampaignRow, values: Partial<CampaignRow>): Promise<void> {
  await tx.update(reviewCampaign).set(values).where(isCampaign(row.organizationId, row.id));
}

function written<T>(row: CampaignRow, result: T, after: object): Written<T> {
  return { result, target: campaignTarget(row), before: null, after: { ...after }, changes: [] };
}
