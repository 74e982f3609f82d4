import { z } from 'zod';
import { edit, etag } from './edit.ts';
import { apiKeyId, leakId, memberId } from './ids.ts';
import { instant } from './text.ts';

/** What the organization does with a key that leaked. */
export const LEAK_RESPONSES = ['revoke', 'disable', 'warn'] as const;
export type LeakResponse = (typeof LEAK_RESPONSES)[number];

/** Who said so: GitHub, somebody who holds the text of the key, or a member who chose it. */
export const LEAK_REPORTERS = ['github', 'holder', 'member'] as const;
export type LeakReporter = (typeof LEAK_REPORTERS)[number];

/** What the report led to. `none`: the key, or its secret, was out of force already, or it is a canary key. */
export const LEAK_ACTIONS = ['revoked', 'disabled', 'warned', 'none'] as const;
export type LeakAction = (typeof LEAK_ACTIONS)[number];

export const LEAK_STATUSES = ['open', 'resolved', 'dismissed'] as const;
export type LeakStatus = (typeof LEAK_STATUSES)[number];

export const LEAK_URL_MAX = 2048;
export const LEAK_SOURCE_MAX = 100;
/** Places of one key that the inbox shows; of further ones it only says how many. */
export const LEAK_PLACES_MAX = 20;

export const leak = z
  .strictObject({
    id: leakId,
    key: z.strictObject({
      id: apiKeyId,
      name: z.string().meta({ description: 'Its name when it was reported' }),
      prefix: z.string(),
      canary: z.boolean(),
    }),
    reporter: z.enum(LEAK_REPORTERS).meta({
      description:
        'Who reported it: `github` by its secret scanning, `holder` by presenting the whole key, `member` by choosing it',
    }),
    reportedBy: z
      .strictObject({ memberId, name: z.string() })
      .nullable()
      .meta({ description: 'The member who reported it, if one of your organization did' }),
    url: z.string().nullable().meta({ description: 'Where it was found, as the reporter says' }),
    source: z
      .string()
      .nullable()
      .meta({
        description: 'What it was found in, as the reporter says',
        examples: ['commit'],
      }),
    action: z.enum(LEAK_ACTIONS).meta({
      description:
        'What was done: `none` where the key or its secret was out of force already, and with canary keys',
    }),
    status: z.enum(LEAK_STATUSES),
    furtherReports: z.int().meta({
      description: 'Reports of further places, which are not listed',
    }),
    createdAt: instant,
    closedAt: instant.nullable(),
    closedBy: z.strictObject({ memberId, name: z.string() }).nullable(),
    note: z.string().nullable().meta({ description: 'What was noted when it was closed' }),
  })
  .meta({ id: 'Leak' });
export type Leak = z.output<typeof leak>;

const responses = {
  live: z.enum(LEAK_RESPONSES).meta({ description: 'What happens to a `tk_live_` key' }),
  test: z.enum(LEAK_RESPONSES).meta({ description: 'What happens to a `tk_test_` key' }),
};
export const leakSettings = z.strictObject({ ...responses, etag }).meta({ id: 'LeakSettings' });
export const leakSettingsEdit = edit({
  live: responses.live.optional(),
  test: responses.test.optional(),
});
export type LeakSettings = z.output<typeof leakSettings>;
