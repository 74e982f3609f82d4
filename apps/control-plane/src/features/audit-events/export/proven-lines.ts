import type { AuditEvent } from '@tollkeeper/contract';
import {
  auditLeafText,
  exportHead,
  type HashReader,
  leafHashesLine,
  STATED_LEAVES_MAX,
  skippedLine,
  skippedSubtrees,
  tileHashes,
  vkeyText,
} from '@tollkeeper/transparency-log';
import { eq } from 'drizzle-orm';
import type { Ctx } from '../../../context.ts';
import { transparencyLog } from '../../../db/schema/index.ts';
import { DomainError, invalidField } from '../../../domain-error.ts';
import { logVerifierKey } from '../../../transparency-log/index.ts';
import { readTiles } from '../../../transparency-log/tile-store.ts';
import { type EventSearch, readEvents } from './read-events.ts';
import type { Chunk } from './stream-export.ts';

/** The tree that an export proves its events against: the first `size` events of the log. */
export interface ProvenTree {
  readonly size: number;
  readonly checkpoint: string;
}

/**
 * The tree of the last signed checkpoint, or the one that the export began with.
 * @throws DomainError invalid_state before the first checkpoint; validation_failed for a size that the log does
 *   not have yet
 */
export async function findTree(
  { services: { db }, organizationId }: Ctx,
  size: number | undefined,
): Promise<ProvenTree> {
  const [log] = await db
    .select({ size: transparencyLog.size, checkpoint: transparencyLog.checkpoint })
    .from(transparencyLog)
    .where(eq(transparencyLog.organizationId, organizationId));
  if (!log?.checkpoint) {
    throw new DomainError('invalid_state', 'The log has no checkpoint yet. Try again in a minute.');
  }
  if (size !== undefined && size > log.size) {
    throw invalidField('cursor', 'names more events than the log has checkpoints for');
  }
  return { size: size ?? log.size, checkpoint: log.checkpoint };
}

/**
 * A pruned tree: the leaves that match with their hashes as the tree has them, and the hashes of the subtrees
 * between them. It has no more of an event
 * that does not match, or was deleted by the retention, than a hash.
 * @param after up to which event a client has all already; then it has the head too
 */
export async function* provenLines(
  { services, organizationId }: Ctx,
  search: EventSearch,
  { size, checkpoint }: ProvenTree,
  after: number | undefined,
): AsyncGenerator<Chunk> {
  const { db } = services;
  const hashes = tileHashes(async (level, index) => {
    const tiles = await readTiles(db, organizationId, [{ level, index }]);
    const tile = tiles.get(`${level}/${index}`);
    if (!tile) throw new Error(`Tile ${level}/${index} is missing`);
    return tile;
  });
  if (after === undefined) {
    const publicKey = vkeyText(logVerifierKey(services, organizationId));
    yield { text: `${exportHead(checkpoint, publicKey)}\n`, events: 0 };
  }
  let covered = after ?? 0;
  for await (const { events } of readEvents(db, search, { after: covered, until: size })) {
    let text = '';
    for (const { start, run } of runsOf(events)) {
      text += await skip(hashes, covered, start);
      covered = start + run.length;
      text += await stateHashes(hashes, start, covered);
      text += run.map((event) => `${auditLeafText(event)}\n`).join('');
    }
    yield { text, events: events.length };
  }
  const rest = await skip(hashes, covered, size);
  if (rest !== '') yield { text: rest, events: 0 };
}

interface Run {
  /** Index of the first leaf. */
  readonly start: number;
  readonly run: AuditEvent[];
}

/** Events that follow each other in the log, as many as one line of hashes covers. */
function runsOf(events: readonly AuditEvent[]): Run[] {
  const runs: Run[] = [];
  for (const event of events) {
    const last = runs.at(-1);
    const isNext = last && last.start + last.run.length === event.sequence - 1;
    if (isNext && last.run.length < STATED_LEAVES_MAX) last.run.push(event);
    else runs.push({ start: event.sequence - 1, run: [event] });
  }
  return runs;
}

/** By the tree, not by the events, which may have been edited since. */
async function stateHashes(hashes: HashReader, from: number, to: number): Promise<string> {
  const stated: Uint8Array[] = [];
  for (let index = from; index < to; index += 1) stated.push(await hashes(0, index));
  return `${leafHashesLine(stated)}\n`;
}

async function skip(hashes: HashReader, from: number, to: number): Promise<string> {
  let text = '';
  for (const subtree of skippedSubtrees(from, to)) {
    text += `${skippedLine(subtree, await hashes(subtree.level, subtree.index))}\n`;
  }
  return text;
}
