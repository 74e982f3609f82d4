import { z } from 'zod';
import { instant } from './text.ts';

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
