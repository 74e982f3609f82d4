import { z } from 'zod';
import { creatingMember, KEY_STATES, scope } from '../api-key-schemas.ts';
import { etag } from '../edit.ts';
import { apiKeyId, memberId, workspaceId } from '../ids.ts';
import { listOf, listQuery } from '../list.ts';
import { defineRoute } from '../route.ts';
import { instant, visibleLine } from '../text.ts';

const tag = 'Compliance';
const params = z.strictObject({ id: apiKeyId });

/** How long back an access review looks. */
export const ACCESS_REVIEW_DAYS = 90;

/** How the calls of a key used one of its scopes; the first that is true. */
export const SCOPE_USES = ['required', 'considered', 'shown', 'unused'] as const;
export type ScopeUseKind = (typeof SCOPE_USES)[number];

const reviewedScope = z
  .strictObject({
    name: scope,
    isInForce: z.boolean().meta({ description: "Whether the owner's role holds it now" }),
    use: z.enum(SCOPE_USES).meta({
      description:
        'How calls of the last 90 days used it. Required: a call would have been refused without it. Considered: it decided what a call showed or changed, or a policy asked for it. Shown: a server that asked for no API scope was shown those of the key, and may have decided by them. Unused: none of these',
    }),
    calls: z.int().meta({ description: 'Calls that required it, or considered it' }),
    lastUsedOn: z.iso.date().nullable().meta({
      description: 'Day (UTC) of the last such call; null without any',
    }),
  })
  .meta({ id: 'ReviewedScope' });
export type ReviewedScope = z.output<typeof reviewedScope>;

const scopeReplay = z
  .strictObject({
    calls: z.int().meta({
      description: 'Accepted calls of the last 90 days that the key could still make',
    }),
    refused: z.int().meta({ description: 'Those of them that the scopes would have refused' }),
    uncertain: z.int().meta({
      description:
        'Those of the others that may have been refused or answered with less: they considered a scope that is left out, or what they needed is unknown',
    }),
    outdated: z.int().meta({
      description:
        'Further calls, which needed a scope that the key does not have any more, and would be refused anyway',
    }),
  })
  .meta({ id: 'ScopeReplay' });
export type ScopeReplay = z.output<typeof scopeReplay>;

/** What to do with a key. */
export const ACCESS_ADVICE = ['reduce', 'keep', 'revoke', 'wait'] as const;
export type AccessAdvice = (typeof ACCESS_ADVICE)[number];

const accessReview = z
  .strictObject({
    id: apiKeyId,
    name: z.string(),
    prefix: z.string(),
    state: z.enum(KEY_STATES),
    workspaceId: workspaceId.nullable(),
    owner: creatingMember,
    createdAt: instant,
    expiresAt: instant.nullable(),
    lastUsedAt: instant.nullable(),
    etag,
    recordedSince: instant.meta({
      description:
        'Since when it is known what its calls needed: the last 90 days, unless the key is younger, or recording began later',
    }),
    calls: z.int().meta({ description: 'Accepted calls since then' }),
    unknownCalls: z.int().meta({
      description:
        'Those of them that may have needed any scope: calls at gateways of an earlier version, or under a policy that asks for all scopes or for the profile of the key',
    }),
    scopes: z.array(reviewedScope).meta({ description: 'Each scope of the key, sorted' }),
    proposedScopes: z.array(scope).nullable().meta({
      description: 'Fewer scopes, which every such call would have had enough of; null for none',
    }),
    advice: z.enum(ACCESS_ADVICE).meta({
      description:
        'Reduce: give the key the proposed scopes. Keep: each scope was used, or it is a canary key. Revoke: no call of the key was accepted in the last 90 days. Wait: not enough is known',
    }),
    replay: scopeReplay.meta({
      description: 'What the proposed scopes, or else those of the key, would have refused',
    }),
  })
  .meta({ id: 'AccessReview' });
export type AccessReview = z.output<typeof accessReview>;

const LOOKED_FOR = 'A page is looked for among 500 keys: it may be empty though a cursor leads on';

export const listAccessReviews = defineRoute({
  method: 'GET',
  path: '/v1/compliance/access-review',
  access: 'compliance.read',
  summary: 'Review keys: what each may do, what of it was used, and which scopes would be enough',
  tag,
  query: z.strictObject({
    ...listQuery,
    state: z.enum(KEY_STATES).optional().meta({ description: 'All but revoked ones unless given' }),
    memberId: memberId.optional().meta({ description: 'Only keys of this owner' }),
    workspaceId: workspaceId.optional(),
    search: visibleLine(64)
      .optional()
      .meta({ description: 'Text that the name, the prefix or a tag contains' }),
    used: z
      .enum(['true', 'false'])
      .optional()
      .meta({
        description: `Only keys with accepted calls in the last 90 days, or without. ${LOOKED_FOR}`,
      }),
    advice: z
      .enum(ACCESS_ADVICE)
      .optional()
      .meta({ description: `Only keys with this advice. ${LOOKED_FOR}` }),
  }),
  status: 200,
  response: listOf(accessReview).extend({
    totalCount: z.int().nullable().meta({
      description: 'Of all pages together; null with `used` or `advice`, which are not counted',
    }),
  }),
  errors: [],
});

export const getAccessReview = defineRoute({
  method: 'GET',
  path: '/v1/compliance/access-review/{id}',
  access: 'compliance.read',
  summary: 'Review a key: what it may do, what of it was used, and which scopes would be enough',
  tag,
  params,
  status: 200,
  response: accessReview,
  errors: ['not_found'],
});

export const replayScopes = defineRoute({
  method: 'POST',
  path: '/v1/compliance/access-review/{id}/replay',
  access: 'compliance.read',
  summary: 'Say how many calls of the last 90 days a set of scopes would have refused',
  changesNothing: true,
  tag,
  params,
  body: z.strictObject({
    scopes: z.array(z.string().max(64)).min(1).max(200).meta({
      description: 'In place of those of the key. It need not hold them',
    }),
  }),
  status: 200,
  response: scopeReplay,
  errors: ['not_found'],
});
