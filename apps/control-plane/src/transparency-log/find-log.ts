import {
  type Checkpoint,
  NoteError,
  parseCheckpoint,
  parseNote,
} from '@tollkeeper/transparency-log';
import { eq } from 'drizzle-orm';
import type { Database } from '../db/connect.ts';
import { transparencyLog } from '../db/schema/index.ts';
import { damageText } from './damage-text.ts';

/** A log that has a checkpoint. */
export interface PublishedLog {
  /** How many leaves the checkpoint covers. */
  readonly size: number;
  readonly rootHash: Uint8Array;
  /** The signed note. */
  readonly checkpoint: string;
  readonly checkpointAt: Date;
}

export interface FoundLog {
  /** As it was last signed; undefined before its first checkpoint, and where that was damaged. */
  readonly published: PublishedLog | undefined;
  /** Why no more events are integrated, or nothing can be proven, or what was changed since; null while all is well. */
  readonly problem: string | null;
}

/** The organization's log. */
export async function findLog(db: Database, organizationId: string): Promise<FoundLog> {
  const [row] = await db
    .select()
    .from(transparencyLog)
    .where(eq(transparencyLog.organizationId, organizationId));
  const problem = row ? (row.problem ?? damageText(row.damaged)) : null;
  if (!row?.checkpoint || !row.checkpointAt) return { published: undefined, problem };
  const { checkpoint, checkpointAt } = row;
  const read = readCheckpoint(checkpoint);
  if (!read) {
    return { published: undefined, problem: 'The last checkpoint was damaged in the database' };
  }
  const { size, rootHash } = read;
  return { published: { size, rootHash, checkpoint, checkpointAt }, problem };
}

/** Undefined for one that was damaged. */
export function readCheckpoint(note: string): Checkpoint | undefined {
  try {
    return parseCheckpoint(parseNote(note).text);
  } catch (error) {
    if (error instanceof NoteError) return undefined;
    throw error;
  }
}
