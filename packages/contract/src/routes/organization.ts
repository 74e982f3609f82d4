import { z } from 'zod';
import { edit, etag } from '../edit.ts';
import { memberId } from '../ids.ts';
import { defineRoute } from '../route.ts';
import { instant, SLUG, SLUG_RULE, visibleLine } from '../text.ts';

export const PLANS = ['free', 'developer', 'pro', 'enterprise'] as const;
export type Plan = (typeof PLANS)[number];

/** How many keys a plan allows; null is unlimited. Active and disabled keys that have not expired count. */
export const PLAN_KEYS_MAX: Readonly<Record<Plan, number | null>> = {
  free: 3,
  developer: 10,
  pro: 20,
  enterprise: null,
};

const tag = 'Organization';

export const DAYS_MAX = 3650;

/** Typed by a person before what cannot be undone; a key proves itself by holding the scope. */
export const password = z.string().min(1).max(128).optional().meta({
  description: 'Your password, again. Needed in a session; a key needs none',
});

const organization = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    slug: z.string(),
    plan: z.enum(PLANS),
    defaultExpiryDays: z
      .int()
      .nullable()
      .meta({ description: 'Lifetime of a new key in days, unless its creator chooses another' }),
    createdAt: instant,
    etag,
  })
  .meta({ id: 'Organization' });

export const getOrganization = defineRoute({
  method: 'GET',
  path: '/v1/organization',
  access: 'organization.read',
  summary: 'Read the organization of the credential',
  tag,
  status: 200,
  response: organization,
  errors: [],
});

export const updateOrganization = defineRoute({
  method: 'PATCH',
  path: '/v1/organization',
  access: 'organization.settings',
  summary: 'Change the name, the slug or the default expiry of new keys',
  tag,
  body: edit({
    name: visibleLine(64).optional(),
    slug: z.string().regex(SLUG, SLUG_RULE).optional(),
    defaultExpiryDays: z.int().min(1).max(DAYS_MAX).nullable().optional(),
  }),
  status: 200,
  response: organization,
  errors: ['invalid_state', 'edit_conflict', 'outside_workspace'],
});

export const transferOrganization = defineRoute({
  method: 'POST',
  path: '/v1/organization/transfer',
  access: 'organization.transfer',
  summary:
    'Hand the ownership to another active member; the owner before becomes an admin. In a session, this also needs a recent sign-in',
  tag,
  body: z.strictObject({ memberId, password }),
  status: 200,
  response: organization,
  errors: [
    'not_found',
    'invalid_state',
    'password_wrong',
    'rate_limited',
    'outside_workspace',
    'recent_sign_in_required',
  ],
});

export const deleteOrganization = defineRoute({
  method: 'DELETE',
  path: '/v1/organization',
  access: 'organization.delete',
  summary:
    'Delete the organization; every key is revoked and a subscription canceled at once, and all data is erased after 30 days. In a session, this also needs a recent sign-in',
  tag,
  body: z.strictObject({
    name: z.string().max(64).meta({ description: 'Name of the organization, typed again' }),
    password,
  }),
  status: 204,
  errors: [
    'invalid_state',
    'password_wrong',
    'rate_limited',
    'outside_workspace',
    'recent_sign_in_required',
  ],
});
