import { z } from 'zod';
import { NO_SECRET, NO_SECRET_RULE } from './text.ts';

export const LABEL_NAME = /^[a-z0-9](?:[a-z0-9._/-]{0,61}[a-z0-9])?$/;
export const LABEL_VALUE = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/;
export const LABEL_NAME_RULE = 'must be a name such as region or team/owner';
export const LABEL_VALUE_RULE = 'must be up to 63 letters, digits, dots, dashes and underscores';
export const LABELS_MAX = 16;

/** What people tell gateways apart by, such as region=eu-1: the alphabet of Kubernetes' labels. */
export const labels = z
  .record(
    z.string().regex(LABEL_NAME, LABEL_NAME_RULE),
    z.string().regex(LABEL_VALUE, LABEL_VALUE_RULE).regex(NO_SECRET, NO_SECRET_RULE),
  )
  .refine((each) => Object.keys(each).length <= LABELS_MAX, `must be at most ${LABELS_MAX} labels`)
  .meta({ maxProperties: LABELS_MAX, examples: [{ region: 'eu-1' }] });
export type Labels = z.output<typeof labels>;
