import { z } from 'zod';
import { edit, etag } from '../edit.ts';
import { apiKeyId, memberId } from '../ids.ts';
import { defineRoute } from '../route.ts';
import { ipRange } from '../text.ts';
import { FINAL_SCOPES_OF_KEYS } from './final-scopes.ts';
import { DAYS_MAX } from './organization.ts';

const tag = 'Security';
const days = z.int().min(1).max(DAYS_MAX).nullable();

const settings = {
  keyLifetimeDaysMax: days.meta({
    description: `The longest a key may live, counted from its creation; null is without end. Keys that a shorter limit cut get back what they had once it is lifted. ${FINAL_SCOPES_OF_KEYS}`,
  }),
  keyUnusedDaysMax: days.meta({
    description: 'Days without use after which the daily job disables a key; null disables none',
  }),
  allowedIps: z.array(ipRange).max(50).meta({
    description:
      'Address ranges from which keys, sessions and joining gateways are accepted; empty for any address. Gateways that have joined stay connected',
  }),
  twoFactorRequired: z.boolean().meta({
    description: 'Whether members without a second factor can only set one up',
  }),
  sessionHoursMax: z.int().min(1).max(720).meta({
    description: 'Hours after sign-in when a session ends',
  }),
};

const securitySettings = z.strictObject(settings);
export type SecuritySettings = z.output<typeof securitySettings>;

const storedSettings = z.strictObject({ ...settings, etag }).meta({ id: 'SecuritySettings' });
export type StoredSecuritySettings = z.output<typeof storedSettings>;

const change = z.strictObject({
  keyLifetimeDaysMax: settings.keyLifetimeDaysMax.optional(),
  keyUnusedDaysMax: settings.keyUnusedDaysMax.optional(),
  allowedIps: settings.allowedIps.optional(),
  twoFactorRequired: settings.twoFactorRequired.optional(),
  sessionHoursMax: settings.sessionHoursMax.optional(),
});

export const SECURITY_EFFECTS = [
  'expires_sooner',
  'expires_later',
  'expires_now',
  'works_again',
  'disabled_by_next_job',
  'address_refused',
  'needs_second_factor',
  'session_ends',
] as const;
export type SecurityEffect = (typeof SECURITY_EFFECTS)[number];
const effects = z.array(z.enum(SECURITY_EFFECTS));

export const SECURITY_PREVIEW_ITEMS_MAX = 100;

export const getSecurity = defineRoute({
  method: 'GET',
  path: '/v1/security',
  access: 'security.read',
  summary: 'Read the security settings',
  tag,
  status: 200,
  response: storedSettings,
  errors: ['outside_workspace'],
});

export const updateSecurity = defineRoute({
  method: 'PATCH',
  path: '/v1/security',
  access: 'security.manage',
  summary: 'Change the security settings; they apply to existing keys and sessions at once',
  tag,
  body: edit(change.shape),
  status: 200,
  response: storedSettings,
  errors: [
    'invalid_state',
    'edit_conflict',
    'outside_workspace',
    'plan_limit_reached',
    'recent_sign_in_required',
  ],
});

export const previewSecurity = defineRoute({
  method: 'POST',
  path: '/v1/security/preview',
  access: 'security.manage',
  summary: 'List the keys and members that a change would affect, without saving it',
  changesNothing: true,
  tag,
  body: change,
  status: 200,
  response: z
    .strictObject({
      keysCount: z.int(),
      membersCount: z.int(),
      keys: z
        .array(z.strictObject({ id: apiKeyId, name: z.string(), prefix: z.string(), effects }))
        .meta({
          description: `The first ${SECURITY_PREVIEW_ITEMS_MAX} of those that the caller may list: none without api_keys.read, and none of other members without api_keys.manage_all. The ranges of \`allowedIps\` apply to all keys and sessions, but the preview does not know where they are used: it lists only keys whose own ranges lie outside`,
        }),
      members: z.array(z.strictObject({ id: memberId, name: z.string(), effects })).meta({
        description: `The first ${SECURITY_PREVIEW_ITEMS_MAX}; none without members.read`,
      }),
      excludesYou: z.boolean().meta({
        description:
          'Whether the ranges exclude the address of this request, in which case saving is refused',
      }),
    })
    .meta({ id: 'SecurityPreview' }),
  errors: ['outside_workspace'],
});
