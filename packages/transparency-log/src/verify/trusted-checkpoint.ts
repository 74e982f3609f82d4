import { type Checkpoint, parseCheckpoint } from '../note/checkpoint.ts';
import { NoteError } from '../note/note-error.ts';
import { type VerifiedNote, verifyNote } from '../note/signed-note.ts';
import type { VerifierKey } from '../note/vkey.ts';
import { VerificationError } from './verification-error.ts';

/** The checkpoint that the caller kept. */
export const EARLIER = 'The earlier checkpoint';

/**
 * A checkpoint that the log's key signed, under the key's own name.
 * @param which of those that are compared, as the beginning of a sentence
 * @throws VerificationError
 */
export function trustedCheckpoint(
  note: string,
  key: VerifierKey,
  which = 'The checkpoint',
): Checkpoint {
  const { text } = signedBy(note, key, which);
  const checkpoint = parseCheckpoint(text);
  if (checkpoint.origin !== key.name) {
    throw new VerificationError(
      `${which} is of the log "${checkpoint.origin}", and the key of "${key.name}"`,
    );
  }
  return checkpoint;
}

function signedBy(note: string, key: VerifierKey, which: string): VerifiedNote {
  try {
    return verifyNote(note, [key]);
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
    throw new VerificationError(`${which} is not signed by the log's key: ${error.message}`);
  }
}
