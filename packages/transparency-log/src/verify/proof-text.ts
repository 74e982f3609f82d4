import { readBase64 } from '../note/base64.ts';
import { readSize } from '../note/checkpoint.ts';
import { NoteError } from '../note/note-error.ts';
import type { Hash } from '../tree/hash.ts';

/** An inclusion proof in a checkpoint, as one text (C2SP tlog-proof). */
export interface InclusionProofText {
  readonly index: number;
  readonly proof: readonly Hash[];
  /** The signed note. */
  readonly checkpoint: string;
}

const HEADER = 'c2sp.org/tlog-proof@v1';

export function proofText({ index, proof, checkpoint }: InclusionProofText): string {
  const hashes = proof.map((hash) => `${Buffer.from(hash).toString('base64')}\n`).join('');
  return `${HEADER}\nindex ${index}\n${hashes}\n${checkpoint}`;
}

/** Extra data is skipped: nothing authenticates it. @throws NoteError */
export function parseProofText(text: string): InclusionProofText {
  const end = text.indexOf('\n\n');
  const [header, ...lines] = text.slice(0, Math.max(0, end)).split('\n');
  if (header !== HEADER) throw new NoteError(`An inclusion proof begins with "${HEADER}"`);
  if (lines[0]?.startsWith('extra ')) lines.shift();
  const [indexLine = '', ...hashes] = lines;
  if (!indexLine.startsWith('index ')) throw new NoteError('The inclusion proof names no index');
  return {
    index: readSize(indexLine.slice('index '.length)),
    proof: hashes.map(readBase64),
    checkpoint: text.slice(end + 2),
  };
}
