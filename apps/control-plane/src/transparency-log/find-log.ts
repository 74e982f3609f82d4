import { parseCheckpoint, parseNote } from '@tollkeeper/transparency-log';
import { eq } from 'drizzle-orm';
import type { Database } from '../db/connect.ts';
import { transparencyLog } from '../db/schema/index.ts';

/** A log that has a checkpoint. */
export interface PublishedLog {
  /** How many leaves the checkpoint covers. */
  readonly size: number;
  readonly rootHash: Uint8Array;
  /** The signed note. */
  readonly checkpoint: string;
  readonly checkpointAt: Date;
  /** Why no more events are integrated; null while all is well. */
  readonly problem: string | null;
}

/** The organization's log as it was last signed; undefined before its first checkpoint. */
export async function findLog(
  db: Database,
  organizationId: string,
): Promise<PublishedLog | undefined> {
  const [row] = await db
    .select()
    .from(transparencyLog)
    .where(eq(transparencyLog.organizationId, organizationId));
  if (!row?.checkpoint || !row.checkpointAt) return undefined;
  const { checkpoint, checkpointAt, problem } = row;
  const { size, rootHash } = parseCheckpoint(parseNote(checkpoint).text);
  return { size, rootHash, checkpoint, checkpointAt, problem };
}
