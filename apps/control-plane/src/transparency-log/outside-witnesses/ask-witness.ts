import {
  type Hash,
  NoteError,
  parseNote,
  parseSignatures,
  readSize,
  verifyCosignature,
} from '@tollkeeper/transparency-log';
import type { OutsideWitness } from './parse-witnesses.ts';

/** A checkpoint, and the proof that it continues what the witness has cosigned. */
export interface Submission {
  readonly oldSize: number;
  readonly proof: readonly Hash[];
  /** Signed note. */
  readonly note: string;
}

/** What a witness answered. */
export type WitnessAnswer =
  | { readonly kind: 'cosigned'; readonly line: string }
  /** Size that the witness cosigned last; null where it states none. */
  | { readonly kind: 'conflict'; readonly size: number | null }
  /** The proof does not connect the checkpoint with what the witness cosigned. */
  | { readonly kind: 'inconsistent' }
  | { readonly kind: 'refused'; readonly problem: string }
  /** To ask again at once would be of no use, for whichever log. */
  | { readonly kind: 'unreachable'; readonly problem: string };

const ANSWER_BYTES_MAX = 64 * 1024;
const SIZE_TYPE = 'text/x.tlog.size';

/** Submits a checkpoint to a witness: `add-checkpoint` of C2SP tlog-witness. */
export async function askWitness(
  witness: OutsideWitness,
  submission: Submission,
  timeoutMs: number,
): Promise<WitnessAnswer> {
  let response: Response;
  let bytes: Uint8Array | undefined;
  try {
    response = await fetch(`${witness.url}/add-checkpoint`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: submissionText(submission),
      // The checkpoint goes where the operator said, and nowhere else.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    bytes = await readBounded(response);
  } catch (error) {
    return { kind: 'unreachable', problem: reasonOf(error) };
  }
  if (!bytes) return { kind: 'refused', problem: 'It answered with too much data.' };
  return readAnswer(witness, submission, response, Buffer.from(bytes).toString());
}

function submissionText({ oldSize, proof, note }: Submission): string {
  const lines = proof.map((hash) => `${Buffer.from(hash).toString('base64')}\n`);
  return `old ${oldSize}\n${lines.join('')}\n${note}`;
}

/** Undefined for a body that is too long; the rest of it is not read. */
async function readBounded({ body }: Response): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > ANSWER_BYTES_MAX) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'It did not answer in time.';
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return `It cannot be reached${code}.`;
}

function readAnswer(
  witness: OutsideWitness,
  { note }: Submission,
  { status, headers }: Response,
  text: string,
): WitnessAnswer {
  switch (status) {
    case 200:
      return readCosignature(witness, parseNote(note).text, text);
    case 403:
      return { kind: 'refused', problem: 'It trusts another key of the log (status 403).' };
    case 404:
      return { kind: 'refused', problem: 'It does not know the log (status 404).' };
    case 409:
      return { kind: 'conflict', size: readConflict(headers, text) };
    case 422:
      return { kind: 'inconsistent' };
    default:
      return { kind: 'refused', problem: `It answered with status ${status}.` };
  }
}

function readCosignature({ key }: OutsideWitness, checkpoint: string, text: string): WitnessAnswer {
  try {
    const own = parseSignatures(text).find(
      ({ name, keyId }) => name === key.name && keyId === key.keyId,
    );
    if (!own) return { kind: 'refused', problem: 'It answered without a cosignature of its key.' };
    verifyCosignature(checkpoint, own.line, key);
    return { kind: 'cosigned', line: own.line };
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
    return { kind: 'refused', problem: 'It answered with a cosignature that is wrong.' };
  }
}

function readConflict(headers: Headers, text: string): number | null {
  if (headers.get('content-type') !== SIZE_TYPE || !text.endsWith('\n')) return null;
  try {
    return readSize(text.slice(0, -1));
  } catch (error) {
    if (error instanceof NoteError) return null;
    throw error;
  }
}
