/** Why a note, a verifier key, a checkpoint or a cosignature is not accepted. */
export class NoteError extends Error {
  override readonly name = 'NoteError';
}
