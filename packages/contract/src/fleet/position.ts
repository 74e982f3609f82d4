import { z } from 'zod';

export const version = z.int().min(0);

/**
 * A point in the history of a workspace. The mark is random and drawn with the change: a database
 * that was restored from a backup counts on from an older version, and then two histories have
 * equal numbers, but never equal marks.
 */
export const position = z.strictObject({ version, mark: z.guid() });
export type Position = z.output<typeof position>;
