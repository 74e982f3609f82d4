import { createPrivateKey, type KeyObject } from 'node:crypto';
import { canonicalJson } from '../canonical-json.ts';
import { checkpointText } from '../note/checkpoint.ts';
import { signNote } from '../note/signed-note.ts';
import { NOTE_ED25519, verifierKey, vkeyText } from '../note/vkey.ts';
import { encodeBundle } from '../tiles/entry-bundle.ts';
import { appendToEdge, EMPTY_EDGE } from '../tiles/tile-edge.ts';
import { parseTilePath, TILE_WIDTH } from '../tiles/tile-path.ts';
import { leafHash } from '../tree/hash.ts';
import {
  exportHead,
  leafHashesLine,
  STATED_LEAVES_MAX,
  skippedLine,
  skippedSubtrees,
} from '../verify/export-lines.ts';
import { readEntriesOf } from './memory-log.ts';
import { mth } from './rfc-6962.ts';

/** A key of tests, made from its number. */
export function sampleKey(seed: number): KeyObject {
  const head = Buffer.from('302e020100300506032b657004220420', 'hex');
  const key = Buffer.concat([head, Buffer.alloc(32, seed)]);
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}

export function sampleLeaf(sequence: number, organizationId = 'org_1', note = ''): string {
  return canonicalJson({ id: `evt_${sequence}`, organizationId, sequence, note });
}

export function sampleLeaves(count: number, organizationId = 'org_1'): string[] {
  return Array.from({ length: count }, (_, n) => sampleLeaf(n + 1, organizationId));
}

/** What a server publishes of a log with these leaves. */
export function sampleLog(leaves: readonly string[], organizationId = 'org_1', seed = 1) {
  const privateKey = sampleKey(seed);
  const name = `keys.example.com/${organizationId}`;
  const key = verifierKey(name, privateKey, NOTE_ED25519);
  const entries = leaves.map((leaf) => Buffer.from(leaf));
  const text = checkpointText({ origin: name, size: leaves.length, rootHash: mth(entries) });
  const checkpoint = signNote(text, { name, privateKey });
  return { leaves, entries, key, checkpoint, exportLines, readTile: tileReader(entries) };

  /** The export of the leaves, but for those at the indexes that a filter left out. */
  function exportLines(left?: (index: number) => boolean, filter = left ? { ip: '::1' } : {}) {
    const hashes = readEntriesOf(entries);
    const lines = [exportHead(checkpoint, vkeyText(key), filter)];
    let next = 0;
    const skipTo = (end: number) => {
      for (const gap of skippedSubtrees(next, end)) {
        lines.push(skippedLine(gap, hashes(gap.level, gap.index) as Uint8Array));
      }
      next = end;
    };
    const isIn = (index: number) => index < leaves.length && !left?.(index);
    for (let index = 0; index < leaves.length; index += 1) {
      if (!isIn(index)) continue;
      skipTo(index);
      while (isIn(next) && next - index < STATED_LEAVES_MAX) next += 1;
      const run = entries.slice(index, next);
      lines.push(leafHashesLine(run.map((entry) => leafHash(entry))));
      lines.push(...leaves.slice(index, next));
      index = next - 1;
    }
    skipTo(leaves.length);
    return lines;
  }
}

/** Tiles and bundles by their paths. */
function tileReader(entries: readonly Buffer[]) {
  const tiles = new Map<string, Buffer>();
  const { appends } = appendToEdge(
    EMPTY_EDGE,
    entries.map((entry) => leafHash(entry)),
  );
  for (const { level, index, hashes } of appends) tiles.set(`${level}/${index}`, hashes);
  return async (path: string): Promise<Buffer> => {
    const { level, index, width } = parseTilePath(path) ?? { level: 0, index: 0, width: 0 };
    if (level !== 'entries') {
      return (tiles.get(`${level}/${index}`) ?? Buffer.alloc(0)).subarray(0, width * 32);
    }
    const first = index * TILE_WIDTH;
    return encodeBundle(entries.slice(first, first + width));
  };
}
