import { z } from 'zod';
import { NO_SECRET } from './text.ts';

const NAME = /^[a-z0-9](?:[a-z0-9._/-]{0,61}[a-z0-9])?$/;
const VALUE = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/;
export const LABELS_MAX = 16;

/** What people tell gateways apart by, such as region=eu-1: the alphabet of Kubernetes' labels. */
export const labels = z
  .record(
    z.string().regex(NAME, 'must be a name such as region or team/owner'),
    z
      .string()
      .regex(VALUE, 'must be up to 63 letters, digits, dots, dashes and underscores')
      .regex(NO_SECRET, 'must not hold an API key'),
  )
  .refine((each) => Object.keys(each).length <= LABELS_MAX, `must be at most ${LABELS_MAX} labels`)
  .meta({ maxProperties: LABELS_MAX, examples: [{ region: 'eu-1' }] });
export type Labels = z.output<typeof labels>;
