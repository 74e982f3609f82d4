import type { Hash } from '../tree/hash.ts';
import { type Subtree, subtreesOf } from '../tree/subtrees.ts';

/** Lines of a pruned tree: the JSON Lines export with proofs. */

/** A complete subtree of leaves that a filter left out. */
export interface SkippedSubtree extends Subtree {
  /** Index of its first leaf. */
  readonly start: number;
  /** Index after its last leaf. */
  readonly end: number;
}

/** What an export was asked for, by the names of its filters; empty for all events. */
export type ExportFilter = Readonly<Record<string, string>>;

/**
 * The first line.
 * @param publicKey verifier key text of the log
 * @param filter undefined for an export of an earlier version
 */
export function exportHead(
  checkpoint: string,
  publicKey: string,
  filter: ExportFilter | undefined,
): string {
  return JSON.stringify({ checkpoint, publicKey, filter });
}

/** How many leaves one line of hashes covers at most. */
export const STATED_LEAVES_MAX = 256;

/**
 * The line before leaves that follow each other: their hashes as the tree has them. The root is what
 * proves the leaves; by these hashes a reader names the first that was edited.
 */
export function leafHashesLine(hashes: readonly Hash[]): string {
  return JSON.stringify({ leafHashes: Buffer.concat(hashes).toString('base64') });
}

/** What replaces the leaves from an index up to another: as few subtrees as possible, in order. */
export function skippedSubtrees(from: number, to: number): SkippedSubtree[] {
  return subtreesOf(from, to).map((subtree) => {
    const count = 2 ** subtree.level;
    const start = subtree.index * count;
    return { ...subtree, start, end: start + count };
  });
}

/** That the retention deleted events, and the proof that the log itself says so. */
export interface PruneNotice {
  /** The event that says from where on events are kept. */
  readonly leaf: string;
  /** Signed note of a tree that has the event; it continues the tree of the export. */
  readonly checkpoint: string;
  readonly inclusion: readonly Hash[];
  readonly consistency: readonly Hash[];
}

/** The line before a gap that the retention made while an export of all events ran. */
export function pruneNoticeLine(notice: PruneNotice): string {
  const { leaf, checkpoint } = notice;
  const inclusion = notice.inclusion.map(base64Of);
  return JSON.stringify({
    pruned: { leaf, checkpoint, inclusion, consistency: notice.consistency.map(base64Of) },
  });
}

function base64Of(hash: Hash): string {
  return Buffer.from(hash).toString('base64');
}

type LeafRange = Pick<SkippedSubtree, 'start' | 'end'>;

/** @param hash of the subtree, as a `HashReader` finds it by level and index */
export function skippedLine(subtree: LeafRange, hash: Hash): string {
  return JSON.stringify({ skipped: placeOf(subtree, hash) });
}

/**
 * For leaves that no filter left out: the server found them deleted or damaged in its database. The tree still
 * has their hashes.
 */
export function missingLine(subtree: LeafRange, hash: Hash): string {
  return JSON.stringify({ missing: placeOf(subtree, hash) });
}

function placeOf({ start, end }: LeafRange, hash: Hash) {
  return { start, end, hash: base64Of(hash) };
}
