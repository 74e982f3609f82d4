import { readBase64, shown } from './base64.ts';
import { NoteError } from './note-error.ts';

/** What a log states about its tree (C2SP tlog-checkpoint). */
export interface Checkpoint {
  /** Name of the log. */
  readonly origin: string;
  /** How many leaves the tree has. */
  readonly size: number;
  /** SHA-256, 32 bytes. */
  readonly rootHash: Uint8Array;
}

const HASH_BYTES = 32;
const SIZE = /^(?:0|[1-9]\d{0,15})$/;

/** The text of a checkpoint, to be signed as a note. @throws NoteError */
export function checkpointText({ origin, size, rootHash }: Checkpoint): string {
  const text = `${origin}\n${size}\n${Buffer.from(rootHash).toString('base64')}\n`;
  if (parseCheckpoint(text).origin !== origin) throw new NoteError('The origin is not one line');
  return text;
}

/**
 * Extension lines are accepted, and ignored: a signature covers them, but nobody audits them.
 * @param text of the note, without signatures
 * @throws NoteError
 */
export function parseCheckpoint(text: string): Checkpoint {
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new NoteError('The checkpoint has no end');
  const [origin = '', size = '', root = ''] = lines;
  if (lines.length < 3 || lines.includes('')) {
    throw new NoteError('A checkpoint has at least three lines, and none is empty');
  }
  const rootHash = readBase64(root);
  if (rootHash.length !== HASH_BYTES) throw new NoteError('A root hash has 32 bytes');
  return { origin, size: readSize(size), rootHash };
}

/** @param text decimal, without leading zeros @throws NoteError */
export function readSize(text: string): number {
  const size = Number(text);
  if (!SIZE.test(text) || !Number.isSafeInteger(size)) {
    throw new NoteError(`"${shown(text)}" is not the size of a tree`);
  }
  return size;
}
