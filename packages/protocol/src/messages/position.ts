import { z } from 'zod';

export const version = z.int().min(0);

/**
 * A point in the lineage of a workspace. The revision is random and drawn with each version: a database
 * that was restored from a backup counts on from an older version, so that two lineages can have
 * equal version numbers, but never equal revisions.
 */
export const position = z.strictObject({ version, revision: z.guid() });
export type Position = z.output<typeof position>;
