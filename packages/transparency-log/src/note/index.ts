/** Signed notes, checkpoints and cosignatures, from the texts of C2SP. */

export { type Checkpoint, checkpointText, parseCheckpoint, readSize } from './checkpoint.ts';
export { cosign, verifyCosignature } from './cosignature.ts';
export { NoteError } from './note-error.ts';
export {
  NOTE_SIGNATURES_MAX,
  type Note,
  type NoteSignature,
  parseNote,
  parseSignatures,
} from './parse-note.ts';
export {
  type NoteSigner,
  signNote,
  type VerifiedNote,
  type VerifiedSignature,
  verifyNote,
} from './signed-note.ts';
export { parseTlogProof, type TlogProof, tlogProofText } from './tlog-proof.ts';
export {
  COSIGNATURE_ED25519,
  NOTE_ED25519,
  parseVkey,
  type VerifierKey,
  verifierKey,
  vkeyText,
} from './vkey.ts';
