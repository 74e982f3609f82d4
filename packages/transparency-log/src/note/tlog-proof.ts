import { readBase64 } from './base64.ts';
import { readSize } from './checkpoint.ts';
import { NoteError } from './note-error.ts';

/** Proof that a log contains an entry (C2SP tlog-proof). */
export interface TlogProof {
  /** Index of the entry. */
  readonly index: number;
  /** Hashes from the leaf's sibling up to the root's child. */
  readonly hashes: readonly Uint8Array[];
  /** Signed note. */
  readonly checkpoint: string;
}

const HEADER = 'c2sp.org/tlog-proof@v1';
const HASH_BYTES = 32;
const HASHES_MAX = 64;

export function tlogProofText({ index, hashes, checkpoint }: TlogProof): string {
  const lines = hashes.map((each) => Buffer.from(each).toString('base64'));
  return [HEADER, `index ${index}`, ...lines, '', checkpoint].join('\n');
}

/** Extra data is skipped: nothing authenticates it. @throws NoteError */
export function parseTlogProof(text: string): TlogProof {
  const blank = text.indexOf('\n\n');
  if (blank < 0) throw new NoteError('The proof has no blank line before its checkpoint');
  const [header, ...lines] = text.slice(0, blank).split('\n');
  if (header !== HEADER) throw new NoteError(`The proof does not begin with "${HEADER}"`);
  if (lines[0]?.startsWith('extra ')) lines.shift();
  const [index = '', ...rest] = lines;
  if (!index.startsWith('index ')) throw new NoteError('The proof does not name an index');
  const hashes = rest.map(readBase64);
  if (hashes.length > HASHES_MAX || hashes.some(({ length }) => length !== HASH_BYTES)) {
    throw new NoteError('The proof has something else than hashes');
  }
  return {
    index: readSize(index.slice('index '.length)),
    hashes,
    checkpoint: text.slice(blank + 2),
  };
}
