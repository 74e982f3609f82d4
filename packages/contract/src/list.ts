import { z } from 'zod';

export const listQuery = {
  limit: z.coerce.number().int().min(1).max(100).default(50).meta({ description: '1 to 100' }),
  cursor: z
    .string()
    .max(512)
    .regex(/^[A-Za-z0-9_-]+$/)
    .optional()
    .meta({ description: '`nextCursor` of the page before' }),
};

export function listOf<T extends z.ZodType>(item: T) {
  return z.strictObject({ data: z.array(item), nextCursor: z.string().nullable() });
}
