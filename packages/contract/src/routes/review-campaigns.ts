import { z } from 'zod';
import { edit } from '../edit.ts';
import { problem } from '../errors.ts';
import { apiKeyId, memberId, reviewCampaignId, workspaceId } from '../ids.ts';
import { listOf, listQuery } from '../list.ts';
import {
  CONFIRMED_KEYS_MAX,
  KEY_REVIEW_OUTCOMES,
  keyReview,
  OWN_REVIEWS_COUNTED_MAX,
  ownKeyReview,
  REVIEW_CAMPAIGN_STATUSES,
  REVIEW_DAYS_MAX,
  reviewCampaign,
} from '../review-campaign-schemas.ts';
import { defineRoute } from '../route.ts';
import { instantWithOffset, visibleLine } from '../text.ts';

const tag = 'Compliance';
const access = 'api_keys.manage_all';
const params = z.strictObject({ id: reviewCampaignId });
const endsAt = instantWithOffset.meta({
  description: `When it ends, at least an hour and at most ${REVIEW_DAYS_MAX} days from now`,
});
const reviewerId = memberId.optional().meta({
  description:
    'Member who reviews the keys whose owner cannot. Must be active and hold api_keys.read, api_keys.revoke and api_keys.manage_all. Without it, the caller',
});
const NEEDS = 'asks for compliance.read, api_keys.read and api_keys.revoke as well';

export const listReviewCampaigns = defineRoute({
  method: 'GET',
  path: '/v1/compliance/campaigns',
  access: 'compliance.read',
  summary:
    'List review campaigns, newest first; asks for api_keys.read and api_keys.manage_all as well',
  tag,
  query: z.strictObject({ ...listQuery, status: z.enum(REVIEW_CAMPAIGN_STATUSES).optional() }),
  status: 200,
  response: listOf(reviewCampaign),
  errors: ['outside_workspace'],
});

export const startReviewCampaign = defineRoute({
  method: 'POST',
  path: '/v1/compliance/campaigns',
  access,
  summary: `Start a review campaign, which asks the owner of each key to confirm or revoke it; ${NEEDS}`,
  tag,
  body: z.strictObject({
    name: visibleLine(64).meta({ examples: ['Q4 access review'] }),
    endsAt,
    workspaceId: workspaceId.optional().meta({
      description: 'Reviews only the keys that are confined to this workspace',
    }),
    disablesUnconfirmed: z.boolean().default(false).meta({
      description: 'Disables at the end each key that nobody confirmed',
    }),
    reviewerId,
  }),
  status: 201,
  response: reviewCampaign,
  errors: ['outside_workspace', 'not_found', 'invalid_state', 'idempotency_conflict'],
  idempotent: true,
});

export const getReviewCampaign = defineRoute({
  method: 'GET',
  path: '/v1/compliance/campaigns/{id}',
  access: 'compliance.read',
  summary:
    'Read a review campaign and how far it is; asks for api_keys.read and api_keys.manage_all as well',
  tag,
  params,
  status: 200,
  response: reviewCampaign,
  errors: ['not_found'],
});

export const updateReviewCampaign = defineRoute({
  method: 'PATCH',
  path: '/v1/compliance/campaigns/{id}',
  access,
  summary: `Rename or extend a running review campaign, or choose another reviewer; ${NEEDS}`,
  tag,
  params,
  body: edit({
    name: visibleLine(64).optional(),
    endsAt: endsAt.optional().meta({ description: 'A later end. To end it sooner, end it' }),
    reviewerId,
  }),
  status: 200,
  response: reviewCampaign,
  errors: ['not_found', 'invalid_state', 'edit_conflict'],
});

export const endReviewCampaign = defineRoute({
  method: 'POST',
  path: '/v1/compliance/campaigns/{id}/end',
  access,
  summary: `End a running review campaign now, as it would end at its date: a job disables what nobody confirmed, if the campaign does so; ${NEEDS}`,
  tag,
  params,
  status: 200,
  response: reviewCampaign,
  errors: ['not_found', 'invalid_state'],
});

export const cancelReviewCampaign = defineRoute({
  method: 'POST',
  path: '/v1/compliance/campaigns/{id}/cancel',
  access,
  summary: `Cancel a review campaign that is not over: no further key is disabled; ${NEEDS}`,
  tag,
  params,
  status: 200,
  response: reviewCampaign,
  errors: ['not_found', 'invalid_state'],
});

export const deleteReviewCampaign = defineRoute({
  method: 'DELETE',
  path: '/v1/compliance/campaigns/{id}',
  access,
  summary: `Delete a review campaign that is over; the audit log keeps what was decided; ${NEEDS}`,
  tag,
  params,
  status: 204,
  errors: ['not_found', 'invalid_state'],
});

export const listKeyReviews = defineRoute({
  method: 'GET',
  path: '/v1/compliance/campaigns/{id}/reviews',
  access: 'compliance.read',
  summary:
    'List the keys of a review campaign; asks for api_keys.read and api_keys.manage_all as well',
  tag,
  params,
  query: z.strictObject({ ...listQuery, outcome: z.enum(KEY_REVIEW_OUTCOMES).optional() }),
  status: 200,
  response: listOf(keyReview),
  errors: ['not_found'],
});

export const listOwnKeyReviews = defineRoute({
  method: 'GET',
  path: '/v1/compliance/reviews',
  access: 'api_keys.read',
  summary: 'List the keys that wait for your review, in all running campaigns',
  tag,
  query: z.strictObject(listQuery),
  status: 200,
  response: listOf(ownKeyReview).extend({
    totalCount: z.int().meta({
      description: `Keys on all pages; ${OWN_REVIEWS_COUNTED_MAX.toLocaleString('en')} stands for any larger number as well`,
    }),
  }),
  errors: [],
});

export const confirmKeyReviews = defineRoute({
  method: 'POST',
  path: '/v1/compliance/campaigns/{id}/confirm',
  access: 'api_keys.revoke',
  summary:
    'Confirm keys in a review campaign: each key that you could disable, with a result for each. To decide against a key, revoke it',
  tag,
  params,
  body: z.strictObject({ keyIds: z.array(apiKeyId).min(1).max(CONFIRMED_KEYS_MAX) }),
  status: 200,
  response: z.strictObject({
    results: z
      .array(
        z.strictObject({
          id: apiKeyId,
          error: problem
            .pick({ code: true, detail: true })
            .nullable()
            .meta({ description: 'Why this key was not confirmed; null when it was' }),
        }),
      )
      .meta({ description: 'One result for each different id, in the order of the request' }),
  }),
  errors: ['not_found', 'invalid_state'],
});
