import {
  consistencyProof,
  type HashReader,
  NOTE_ED25519,
  tileHashes,
  verifierKey,
  vkeyText,
} from '@tollkeeper/transparency-log';
import { and, inArray, isNotNull } from 'drizzle-orm';
import type { Database } from '../db/connect.ts';
import { transparencyLog } from '../db/schema/index.ts';
import type { PublishedLog } from '../fleet/index.ts';
import { readCheckpoint } from './find-log.ts';
import type { LogServices } from './log-identity.ts';
import { readTiles } from './tile-store.ts';

/** The newest checkpoints of those of the organizations that have one. */
export async function readPublishedLogs(
  { db, auditLogKey }: Pick<LogServices, 'db' | 'auditLogKey'>,
  organizationIds: readonly string[],
): Promise<PublishedLog[]> {
  const { organizationId, checkpoint } = transparencyLog;
  const rows = await db
    .select({ organizationId, checkpoint })
    .from(transparencyLog)
    .where(and(inArray(organizationId, [...organizationIds]), isNotNull(checkpoint)));
  return rows.flatMap((row) => {
    const note = row.checkpoint;
    const checkpoint = note === null ? undefined : readCheckpoint(note);
    if (note === null || !checkpoint) return [];
    const { origin, size } = checkpoint;
    const logKey = vkeyText(verifierKey(origin, auditLogKey, NOTE_ED25519));
    const hashes = readHashes(db, row.organizationId);
    return [
      {
        ...{ organizationId: row.organizationId, logKey, size, note },
        proof: (oldSize: number) => consistencyProof(oldSize, size, hashes),
      },
    ];
  });
}

/** Hashes of the organization's tree, each tile read once. */
export function readHashes(db: Database, organizationId: string): HashReader {
  return tileHashes(async (level, index) => {
    const tiles = await readTiles(db, organizationId, [{ level, index }]);
    const tile = tiles.get(`${level}/${index}`);
    if (!tile) throw new RangeError(`Tile ${level}/${index} is missing`);
    return tile;
  });
}
