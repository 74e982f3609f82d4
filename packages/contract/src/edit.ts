import { z } from 'zod';

/** Part of every record that can be edited. */
export const etag = z.string().meta({
  description: 'Identifies the values of the fields that can be edited. Send it along with an edit',
});

/** Part of every edit. */
export const readEtag = z.string().max(64).optional().meta({
  description:
    'The `etag` of the record as you read it; the header `If-Match` can hold it instead, in quotation marks. If the record has been edited since, the edit is refused with `edit_conflict`. Without it, the edit overwrites what others saved meanwhile',
});

/**
 * Body of an edit: what is left out stays as it is. One that names no field is refused, since its
 * sender has probably lost what they meant to change.
 */
export function edit<S extends z.ZodRawShape>(shape: S) {
  return z.strictObject({ ...shape, etag: readEtag }).meta({ minProperties: 1 });
}
