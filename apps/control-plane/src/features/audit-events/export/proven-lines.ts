import type { AuditEvent } from '@tollkeeper/contract';
import {
  type ExportFilter,
  exportHead,
  findLeafText,
  type HashReader,
  leafHashesLine,
  missingLine,
  STATED_LEAVES_MAX,
  skippedLine,
  skippedSubtrees,
  vkeyText,
} from '@tollkeeper/transparency-log';
import type { Ctx } from '../../../context.ts';
import { DomainError, invalidField } from '../../../domain-error.ts';
import { findLog, logVerifierKey, readHashes } from '../../../transparency-log/index.ts';
import { findMissing, type Range } from './find-missing.ts';
import { createPruneNotices, type ExportedLog } from './prune-notices.ts';
import { type EventSearch, readEvents } from './read-events.ts';
import type { Chunk } from './stream-export.ts';

/** The tree that an export proves its events against: the first `size` events of the log. */
export interface ProvenTree {
  readonly size: number;
  readonly checkpoint: string;
}

/**
 * The tree of the last signed checkpoint, or the one that the export began with.
 * @throws DomainError invalid_state before the first checkpoint, or where it was damaged; validation_failed for a size that the log does
 *   not have yet
 */
export async function findTree(
  { services: { db }, organizationId }: Ctx,
  size: number | undefined,
): Promise<ProvenTree> {
  const { published: log, problem } = await findLog(db, organizationId);
  if (!log) {
    throw new DomainError(
      'invalid_state',
      problem === null
        ? 'The log has no checkpoint yet. Try again in a minute.'
        : `The log cannot be proven: ${problem}.`,
    );
  }
  if (size !== undefined && size > log.size) {
    throw invalidField('cursor', 'names more events than the log has checkpoints for');
  }
  return { size: size ?? log.size, checkpoint: log.checkpoint };
}

/**
 * A pruned tree: the leaves that match with their hashes as the tree has them, and the hashes of the subtrees
 * between them. It has no more of an event
 * that does not match, or was deleted by the retention, than a hash. Events that somebody else deleted, or
 * damaged, are marked as missing.
 * @param filter that the search applies, for the head
 * @param after up to which event a client has all already; then it has the head too
 */
export async function* provenLines(
  log: ExportedLog,
  search: EventSearch,
  { size, checkpoint }: ProvenTree,
  filter: ExportFilter,
  after: number | undefined,
): AsyncGenerator<Chunk> {
  const { services, organizationId } = log;
  const { db } = services;
  const hashes = readHashes(db, organizationId);
  const isWhole = Object.keys(filter).length === 0;
  const explain = isWhole ? createPruneNotices(log, size) : async () => '';
  if (after === undefined) {
    const publicKey = vkeyText(logVerifierKey(services, organizationId));
    yield { text: `${exportHead(checkpoint, publicKey, filter)}\n`, events: 0 };
  }
  let covered = after ?? 0;
  let looked = covered;
  let missing: Range[] = [];
  for await (const batch of readEvents(db, search, { after: covered, until: size })) {
    const { leaves, damaged } = leavesOf(batch.events);
    const part = { after: looked, through: batch.through, found: batch.events.length };
    const deleted = await findMissing(db, organizationId, part);
    missing.push(...[...deleted, ...damaged].sort((one, other) => one.start - other.start));
    looked = batch.through;
    let text = '';
    for (const { start, run } of runsOf(leaves)) {
      text += await skip({ hashes, explain }, covered, start, missing);
      covered = start + run.length;
      text += await stateHashes(hashes, start, covered);
      text += run.map((leaf) => `${leaf}\n`).join('');
    }
    missing = missing.filter(({ end }) => end > covered);
    yield { text, events: leaves.length };
  }
  const rest = await skip({ hashes, explain }, covered, size, missing);
  if (rest !== '') yield { text: rest, events: 0 };
}

interface Leaf {
  readonly index: number;
  readonly text: string;
}

/** The leaves of those events that are ones. */
function leavesOf(events: readonly AuditEvent[]) {
  const leaves: Leaf[] = [];
  const damaged: Range[] = [];
  for (const event of events) {
    const index = event.sequence - 1;
    const text = findLeafText(event);
    if (text === undefined) damaged.push({ start: index, end: index + 1 });
    else leaves.push({ index, text });
  }
  return { leaves, damaged };
}

interface Run {
  /** Index of the first leaf. */
  readonly start: number;
  readonly run: string[];
}

/** Leaves that follow each other in the log, as many as one line of hashes covers. */
function runsOf(leaves: readonly Leaf[]): Run[] {
  const runs: Run[] = [];
  for (const { index, text } of leaves) {
    const last = runs.at(-1);
    const isNext = last && last.start + last.run.length === index;
    if (isNext && last.run.length < STATED_LEAVES_MAX) last.run.push(text);
    else runs.push({ start: index, run: [text] });
  }
  return runs;
}

/** By the tree, not by the events, which may have been edited since. */
async function stateHashes(hashes: HashReader, from: number, to: number): Promise<string> {
  const stated: Uint8Array[] = [];
  for (let index = from; index < to; index += 1) stated.push(await hashes(0, index));
  return `${leafHashesLine(stated)}\n`;
}

interface Gaps {
  readonly hashes: HashReader;
  /** Writes what comes before a gap that no filter made, with this end. */
  readonly explain: (end: number) => Promise<string>;
}

/** What is between two leaves; of it, the missing events are marked as such. */
async function skip(
  { hashes, explain }: Gaps,
  from: number,
  to: number,
  missing: readonly Range[],
): Promise<string> {
  let text = '';
  let at = from;
  const write = async (end: number, line: typeof skippedLine) => {
    for (const subtree of skippedSubtrees(at, end)) {
      text += `${line(subtree, await hashes(subtree.level, subtree.index))}\n`;
    }
    at = end;
  };
  const leaveOut = async (end: number) => {
    if (at < end) text += await explain(end);
    await write(end, skippedLine);
  };
  for (const { start, end } of missing) {
    if (start >= to) break;
    await leaveOut(start);
    await write(end, missingLine);
  }
  await leaveOut(to);
  return text;
}
