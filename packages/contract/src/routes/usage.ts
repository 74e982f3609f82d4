import { z } from 'zod';
import { apiKeyId } from '../ids.ts';
import { defineRoute } from '../route.ts';
import { instant } from '../text.ts';
import { PLANS } from './organization.ts';

export const USAGE_PERIODS = ['24h', '7d', '30d'] as const;
export type UsagePeriod = (typeof USAGE_PERIODS)[number];

/** Width of a plotted bucket, in seconds. */
export const USAGE_BUCKET_SECONDS: Readonly<Record<UsagePeriod, number>> = {
  '24h': 900,
  '7d': 3600,
  '30d': 86_400,
};

export const usage = z
  .strictObject({
    period: z.enum(USAGE_PERIODS),
    bucketSeconds: z.int(),
    accepted: z.int(),
    denied: z.int(),
    data: z.array(z.strictObject({ from: instant, accepted: z.int(), denied: z.int() })).meta({
      description: 'Buckets in order of time, without gaps; the last one is not complete yet',
    }),
  })
  .meta({ id: 'Usage' });
export type Usage = z.output<typeof usage>;

const tag = 'API keys';
const usageQuery = z.strictObject({ period: z.enum(USAGE_PERIODS).default('24h') });

export const getKeyStats = defineRoute({
  method: 'GET',
  path: '/v1/api-keys/stats',
  access: 'api_keys.read',
  summary: "Count keys and calls; without api_keys.manage_all, only the caller's own",
  tag,
  status: 200,
  response: z
    .strictObject({
      totalKeys: z.int().meta({ description: 'Keys ever created, including deleted ones' }),
      activeKeys: z.int(),
      apiCalls24h: z.int(),
      deniedCalls24h: z.int(),
      lastCallAt: instant.nullable(),
      plan: z.enum(PLANS),
      keysMax: z.int().nullable().meta({ description: "The plan's limit; null is unlimited" }),
      keysUsed: z
        .int()
        .meta({ description: 'Keys of the organization that count towards the limit' }),
    })
    .meta({ id: 'KeyStats' }),
  errors: [],
});

export const getKeyUsage = defineRoute({
  method: 'GET',
  path: '/v1/api-keys/{id}/usage',
  access: 'usage.read',
  summary: 'Calls of one key over time',
  tag,
  params: z.strictObject({ id: apiKeyId }),
  query: usageQuery,
  status: 200,
  response: usage,
  errors: ['not_found'],
});

export const getUsage = defineRoute({
  method: 'GET',
  path: '/v1/usage',
  access: 'usage.read',
  summary: 'Calls of all keys over time',
  tag: 'Usage',
  query: usageQuery,
  status: 200,
  response: usage,
  errors: [],
});
