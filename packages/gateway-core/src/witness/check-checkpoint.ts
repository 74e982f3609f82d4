import type { WitnessAlarmKind } from '@tollkeeper/protocol';
import {
  type Checkpoint,
  emptyRoot,
  isSameHash,
  NOTE_ED25519,
  NoteError,
  parseCheckpoint,
  parseNote,
  parseVkey,
  type VerifierKey,
  verifyConsistency,
  verifyNote,
} from '@tollkeeper/transparency-log';

/** A checkpoint with the proof that it continues what this gateway has seen. */
export interface Submission {
  readonly logKey: string;
  readonly note: string;
  readonly oldSize: number;
  readonly proof: readonly string[];
  /** Whether the control plane said, on this very connection, that there is nothing newer. */
  readonly isNewest: boolean;
}

/** What this gateway knows of the log. */
export interface KnownLog {
  readonly key: VerifierKey;
  /** The last checkpoint that it cosigned; undefined before the first. */
  readonly checkpoint: Checkpoint | undefined;
}

export interface SeenLog extends KnownLog {
  readonly checkpoint: Checkpoint;
}

/** `conflict` is a submission that assumes another size than this gateway has seen. */
export type Finding =
  | { readonly outcome: 'consistent'; readonly body: string; readonly log: SeenLog }
  | { readonly outcome: 'conflict' }
  | { readonly outcome: 'alarm'; readonly kind: WitnessAlarmKind };
/**
 * Checks a checkpoint as a witness does (C2SP tlog-witness). Where no log is known, its key is taken
 * from the submission: trust on first use.
 * @throws NoteError for what is no checkpoint, or that its own log did not sign
 */
export function checkCheckpoint(submission: Submission, known: KnownLog | undefined): Finding {
  const { note, oldSize, proof } = submission;
  const body = parseNote(note).text;
  const next = parseCheckpoint(body);
  const key = known?.key ?? parseVkey(submission.logKey);
  if (!isSignedBy(key, note, next)) {
    if (known) return { outcome: 'alarm', kind: 'log_key' };
    throw new NoteError('The log that it names did not sign the checkpoint');
  }
  const old = known?.checkpoint;
  const size = old?.size ?? 0;
  if (next.size < size) {
    return submission.isNewest ? { outcome: 'alarm', kind: 'rollback' } : { outcome: 'conflict' };
  }
  if (oldSize !== size) return { outcome: 'conflict' };
  if (!continues(old, next, proof)) return { outcome: 'alarm', kind: 'fork' };
  return { outcome: 'consistent', body, log: { key, checkpoint: next } };
}

/** Whether the log of the key signed it, under its own name. */
function isSignedBy(key: VerifierKey, note: string, { origin }: Checkpoint): boolean {
  if (key.type !== NOTE_ED25519 || key.name !== origin) return false;
  try {
    verifyNote(note, [key]);
    return true;
  } catch (error) {
    if (error instanceof NoteError) return false;
    throw error;
  }
}

/** The empty tree is consistent with any; a tree of the same size only with itself. */
function continues(
  old: Checkpoint | undefined,
  next: Checkpoint,
  proof: readonly string[],
): boolean {
  if (next.size === 0 && !isSameHash(next.rootHash, emptyRoot())) return false;
  return verifyConsistency({
    firstSize: old?.size ?? 0,
    firstRoot: old?.rootHash ?? emptyRoot(),
    secondSize: next.size,
    secondRoot: next.rootHash,
    proof: proof.map((each) => Buffer.from(each, 'base64')),
  });
}
