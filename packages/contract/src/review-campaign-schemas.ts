import { z } from 'zod';
import { creatingMember } from './api-key-schemas.ts';
import { etag } from './edit.ts';
import { apiKeyId, memberId, reviewCampaignId, workspaceId } from './ids.ts';
import { instant } from './text.ts';

/** `ending` is a campaign that is over while a job still goes through the keys that nobody confirmed. */
export const REVIEW_CAMPAIGN_STATUSES = ['running', 'ending', 'ended', 'cancelled'] as const;
export type ReviewCampaignStatus = (typeof REVIEW_CAMPAIGN_STATUSES)[number];

/** `unconfirmed` is left as it was; `disabled` was disabled at the end, or before it by somebody else. */
export const KEY_REVIEW_OUTCOMES = [
  'pending',
  'confirmed',
  'revoked',
  'deleted',
  'disabled',
  'unconfirmed',
] as const;
export type KeyReviewOutcome = (typeof KEY_REVIEW_OUTCOMES)[number];

export const REVIEW_DAYS_MAX = 365;
/** So many campaigns run at once, and are kept, in an organization. */
export const RUNNING_CAMPAIGNS_MAX = 5;
export const REVIEW_CAMPAIGNS_MAX = 200;
export const REVIEWED_KEYS_MAX = 100_000;
/** So many keys that wait for somebody are counted. */
export const OWN_REVIEWS_COUNTED_MAX = 10_000;
/** How many keys one request confirms at most. */
export const CONFIRMED_KEYS_MAX = 100;

const counts = z.strictObject({
  pending: z.int(),
  confirmed: z.int(),
  revoked: z.int(),
  deleted: z.int(),
  disabled: z.int(),
  unconfirmed: z.int(),
} satisfies Record<KeyReviewOutcome, z.ZodInt>);

export const reviewCampaign = z
  .strictObject({
    id: reviewCampaignId,
    name: z.string(),
    status: z.enum(REVIEW_CAMPAIGN_STATUSES),
    workspaceId: workspaceId
      .nullable()
      .meta({ description: 'Only the keys confined to it are reviewed; null for all keys' }),
    disablesUnconfirmed: z
      .boolean()
      .meta({ description: 'Whether keys that nobody confirmed are disabled at the end' }),
    reviewer: creatingMember.meta({
      description:
        'Reviews the keys whose owner cannot: one who is suspended, or whose role lacks api_keys.read or api_keys.revoke',
    }),
    reviewerCanReview: z
      .boolean()
      .meta({ description: 'Whether the reviewer is active and may see and revoke every key' }),
    endsAt: instant,
    endedAt: instant.nullable(),
    keysCount: z.int().meta({ description: 'Keys that the campaign began with' }),
    counts,
    createdBy: creatingMember,
    createdAt: instant,
    etag,
  })
  .meta({ id: 'ReviewCampaign' });
export type ReviewCampaign = z.output<typeof reviewCampaign>;

/** Of its keys, those that people have decided about: not what a campaign disabled or left at its end. */
export function decidedCount({ counts: { confirmed, revoked, deleted } }: ReviewCampaign): number {
  return confirmed + revoked + deleted;
}

const reviewer = z
  .strictObject({ memberId, name: z.string() })
  .nullable()
  .meta({ description: 'Who is to review the key, while nobody has; null where nobody can' });

export const keyReview = z
  .strictObject({
    keyId: apiKeyId,
    keyName: z
      .string()
      .meta({ description: 'Its name now; of a deleted key, when the campaign began' }),
    outcome: z.enum(KEY_REVIEW_OUTCOMES),
    ownerName: z.string().nullable().meta({ description: 'Null for a deleted key' }),
    reviewer,
    decidedAt: instant.nullable(),
    decidedBy: z.string().nullable().meta({ description: 'Name of the member who confirmed it' }),
  })
  .meta({ id: 'KeyReview' });
export type KeyReview = z.output<typeof keyReview>;

/** A key that waits for the caller. */
export const ownKeyReview = z
  .strictObject({
    campaignId: reviewCampaignId,
    campaignName: z.string(),
    endsAt: instant,
    disablesUnconfirmed: z.boolean(),
    keyId: apiKeyId,
    keyName: z.string(),
    prefix: z.string(),
    state: z.enum(['active', 'disabled', 'expired']),
    ownerName: z.string(),
    scopes: z.array(z.string()),
    createdAt: instant,
    expiresAt: instant.nullable(),
    lastUsedAt: instant.nullable(),
  })
  .meta({ id: 'OwnKeyReview' });
export type OwnKeyReview = z.output<typeof ownKeyReview>;
