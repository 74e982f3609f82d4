import {
  type Hash,
  type HashReader,
  inclusionProof,
  isSameHash,
  leafHash,
  TILE_WIDTH,
  verifyInclusion,
} from '@tollkeeper/transparency-log';
import { and, eq, gt, isNull, lte, or, sql } from 'drizzle-orm';
import type { Transaction } from '../db/connect.ts';
import { auditEvent, organization, transparencyLog } from '../db/schema/index.ts';
import { runForEach } from '../run-for-each.ts';
import { readCheckpoint } from './find-log.ts';
import { integrateAuditLog } from './integrate.ts';
import { IntegrityError } from './integrity-error.ts';
import type { LogServices } from './log-identity.ts';
import { type ComparedEvents, recordDamage } from './record-damage.ts';
import { leafTextOf, readStoredEvents } from './stored-events.ts';
import { storedHashes } from './tile-store.ts';

/** Tiles of 256 events that a run compares, of all logs together. */
const TILES_MAX = 16;
/** How long a log rests that was compared from its beginning to its end. */
const REST_MS = 3_600_000;

/**
 * Compares events that are in the tree with it, some each time and where it stopped the last time, so that one that
 * was changed in the database raises the alarm before somebody verifies the log.
 */
export async function checkAuditLogs(
  services: LogServices,
  tilesMax = TILES_MAX,
): Promise<{ readonly compared: number }> {
  let compared = 0;
  const due = await findDue(services, tilesMax);
  const contextOf = (organizationId: string) => ({ organizationId });
  await runForEach(services.log, due, contextOf, async (organizationId) => {
    // Checks the tiles at the end of the tree against the checkpoint, on which the others depend.
    await integrateAuditLog(services, organizationId);
    compared += await checkLog(services, organizationId, Math.floor(tilesMax / due.length));
  });
  return { compared };
}

/** Those that have waited longest. */
async function findDue({ db, clock }: LogServices, logsMax: number): Promise<string[]> {
  const { organizationId, size, checkedSequence, checkedAt } = transparencyLog;
  const rested = lte(checkedAt, new Date(clock().getTime() - REST_MS));
  const rows = await db
    .select({ organizationId })
    .from(transparencyLog)
    .where(and(gt(size, 0), or(gt(checkedSequence, 0), isNull(checkedAt), rested)))
    .orderBy(sql`${checkedAt} nulls first`)
    .limit(logsMax);
  return rows.map((row) => row.organizationId);
}

/** @returns how many events were compared */
async function checkLog(
  services: LogServices,
  organizationId: string,
  tilesMax: number,
): Promise<number> {
  const checked = await services.db.transaction((tx) => compareNext(tx, organizationId, tilesMax), {
    accessMode: 'read only',
    // What retention deletes meanwhile is there still, or allowed to be gone.
    isolationLevel: 'repeatable read',
  });
  if (!checked) return 0;
  await recordDamage(services, organizationId, checked);
  return checked.through - checked.after;
}

/** Undefined for a log without a checkpoint that can be read, of which the integration says so. */
async function compareNext(
  tx: Transaction,
  organizationId: string,
  tilesMax: number,
): Promise<ComparedEvents | undefined> {
  const isOf = eq(transparencyLog.organizationId, organizationId);
  const [state] = await tx.select().from(transparencyLog).where(isOf);
  const signed = state?.checkpoint ? readCheckpoint(state.checkpoint) : undefined;
  if (!state || !signed) return undefined;
  const { size, rootHash } = signed;
  const first = await readFirst(tx, organizationId);
  const start =
    state.checkedSequence < size ? Math.max(state.checkedSequence, first - 1) : first - 1;
  const after = start - (start % TILE_WIDTH);
  const tree = { organizationId, size, rootHash, first, hashes: storedHashes(tx, organizationId) };
  const damaged: number[] = [];
  let through = after;
  for (let tile = 0; tile < tilesMax && through < size; tile += 1) {
    const end = Math.min(size, through + TILE_WIDTH);
    damaged.push(...(await compareTile(tx, tree, through, end)));
    through = end;
  }
  return { after, through, isEnd: through >= size, damaged };
}

interface Tree {
  readonly organizationId: string;
  readonly size: number;
  readonly rootHash: Hash;
  /** Events before it may be gone; those that are left are still as they were. */
  readonly first: number;
  readonly hashes: HashReader;
}

/** @returns the sequences of the events after one, up to another, that are not as the tree has them */
async function compareTile(tx: Transaction, tree: Tree, after: number, end: number) {
  const { organizationId, size, rootHash, first, hashes } = tree;
  const rows = await readStoredEvents(tx, organizationId, after, end - after);
  const bySequence = new Map(rows.map((row) => [Number(row.sequence), row]));
  const isAsSigned = async (sequence: number) => {
    const row = bySequence.get(sequence);
    if (!row) return sequence < first;
    const text = leafTextOf(row, organizationId, sequence);
    return text !== undefined && isSameHash(leafHash(text), await hashes(0, sequence - 1));
  };
  try {
    const damaged: number[] = [];
    for (let sequence = after + 1; sequence <= end; sequence += 1) {
      if (!(await isAsSigned(sequence))) damaged.push(sequence);
    }
    // All hashes of the tile have a part in the way from one of its leaves to the root.
    const proof = await inclusionProof(after, size, hashes);
    const claim = { leafHash: await hashes(0, after), index: after, size, rootHash, proof };
    return damaged.length > 0 || verifyInclusion(claim) ? damaged : [end];
  } catch (error) {
    // A tile is missing, or too short.
    if (!(error instanceof IntegrityError || error instanceof RangeError)) throw error;
    return [end];
  }
}

/**
 * The first event that is kept, as the log itself says where it does: who deletes events may say in the table that
 * they were old.
 */
async function readFirst(tx: Transaction, organizationId: string): Promise<number> {
  const [row] = await tx
    .select({
      first: organization.auditFirstSequence,
      said: organization.auditPruneSequence,
      announced: sql<string | null>`${auditEvent.after} ->> 'firstSequence'`,
    })
    .from(organization)
    .leftJoin(
      auditEvent,
      and(
        eq(auditEvent.organizationId, organization.id),
        eq(auditEvent.sequence, organization.auditPruneSequence),
        eq(auditEvent.action, 'audit_log.prune'),
      ),
    )
    .where(eq(organization.id, organizationId));
  if (!row) return 1;
  return row.said === null ? row.first : Math.min(row.first, Number(row.announced ?? 1));
}
