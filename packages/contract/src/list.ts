import { z } from 'zod';
import { CURSOR, CURSOR_RULE } from './text.ts';

export const listQuery = {
  limit: z.coerce.number().int().min(1).max(100).default(50).meta({ description: '1 to 100' }),
  cursor: z
    .string()
    .max(512)
    .regex(CURSOR, CURSOR_RULE)
    .optional()
    .meta({ description: '`nextCursor` of the previous page' }),
};

/** A list that also says how many there are on all pages together. */
export function countedListOf<T extends z.ZodType>(item: T) {
  return z.strictObject({
    data: z.array(item),
    nextCursor: z.string().nullable(),
    totalCount: z.int().meta({ description: 'Items on all pages, with the same filters' }),
  });
}

export function listOf<T extends z.ZodType>(item: T) {
  return z.strictObject({ data: z.array(item), nextCursor: z.string().nullable() });
}
