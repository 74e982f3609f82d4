import { NOTE_SIGNATURES_MAX, parseNote } from '@tollkeeper/transparency-log';
import { and, asc, eq } from 'drizzle-orm';
import type { Database } from '../db/connect.ts';
import { cosignature, transparencyLog } from '../db/schema/index.ts';
import { readCheckpoint } from './find-log.ts';

export interface CosignedCheckpoint {
  readonly size: number;
  /** Signed note, with the cosignatures of all witnesses that have seen this checkpoint. */
  readonly note: string;
}

/** The newest checkpoint of the organization's log; undefined before the first, or where it was damaged. */
export async function readCosignedCheckpoint(
  db: Database,
  organizationId: string,
): Promise<CosignedCheckpoint | undefined> {
  const [row] = await db
    .select({ checkpoint: transparencyLog.checkpoint })
    .from(transparencyLog)
    .where(eq(transparencyLog.organizationId, organizationId));
  const checkpoint = row?.checkpoint ? readCheckpoint(row.checkpoint) : undefined;
  if (!row?.checkpoint || !checkpoint) return undefined;
  const note = await appendCosignatures(db, organizationId, row.checkpoint);
  return { size: checkpoint.size, note };
}

/**
 * The checkpoint with the cosignatures that cover exactly its text: no more than a reader accepts beside the
 * log's own signature.
 */
export async function appendCosignatures(
  db: Database,
  organizationId: string,
  checkpoint: string,
): Promise<string> {
  const body = parseNote(checkpoint).text;
  const rows = await db
    .select({ line: cosignature.line })
    .from(cosignature)
    .where(and(eq(cosignature.organizationId, organizationId), eq(cosignature.body, body)))
    .orderBy(asc(cosignature.witness))
    .limit(NOTE_SIGNATURES_MAX - 1);
  return checkpoint + rows.map(({ line }) => line).join('');
}
