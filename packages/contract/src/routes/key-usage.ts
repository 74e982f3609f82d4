import { z } from 'zod';
import { apiKeyId } from '../ids.ts';
import { PLANS } from '../plans.ts';
import { defineRoute } from '../route.ts';
import { instant } from '../text.ts';
import { USAGE_PERIODS, usage } from '../usage.ts';

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
