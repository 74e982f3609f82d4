import { type Checkpoint, parseCheckpoint } from '../note/checkpoint.ts';
import { NoteError } from '../note/note-error.ts';
import { type VerifiedNote, verifyNote } from '../note/signed-note.ts';
import type { VerifierKey } from '../note/vkey.ts';
import { VerificationError } from './verification-error.ts';

/** A checkpoint that the log's key signed, under the key's own name. @throws VerificationError */
export function trustedCheckpoint(note: string, key: VerifierKey): Checkpoint {
  const { text } = signedBy(note, key);
  const checkpoint = parseCheckpoint(text);
  if (checkpoint.origin !== key.name) {
    throw new VerificationError(
      `The checkpoint is of the log "${checkpoint.origin}", and the key of "${key.name}"`,
    );
  }
  return checkpoint;
}

function signedBy(note: string, key: VerifierKey): VerifiedNote {
  try {
    return verifyNote(note, [key]);
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
    throw new VerificationError(`The checkpoint is not signed by the log's key: ${error.message}`);
  }
}
