import { type Hash, leafHash, nodeHash } from '../tree/hash.ts';
import type { HashReader } from '../tree/subtrees.ts';

/** Entries that differ, so that no two subtrees have one hash by chance. */
export function makeEntries(count: number, name = 'entry'): Buffer[] {
  return Array.from({ length: count }, (_, n) => Buffer.from(`${name} ${n}`));
}

/** A log in memory, which refuses to read what is not a complete subtree of its entries. */
export function readEntriesOf(entries: readonly Uint8Array[]): HashReader {
  const levels: Hash[][] = [entries.map((entry) => leafHash(entry))];
  for (let below = levels[0]; below && below.length > 1; below = levels.at(-1)) {
    levels.push(pairsOf(below));
  }
  return (level, index) => {
    const found = levels[level]?.[index];
    if (!found) throw new RangeError(`No complete subtree ${index} at level ${level}`);
    return found;
  };
}

function pairsOf(hashes: readonly Hash[]): Hash[] {
  const above: Hash[] = [];
  for (let at = 0; at + 1 < hashes.length; at += 2) {
    above.push(nodeHash(hashes[at] as Hash, hashes[at + 1] as Hash));
  }
  return above;
}
