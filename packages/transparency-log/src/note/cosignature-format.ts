import { NoteError } from './note-error.ts';

/** What an Ed25519 cosignature consists of and covers (C2SP tlog-cosignature). */

const TIMESTAMP_BYTES = 8;
const SIGNATURE_BYTES = 64;

/** @param timestamp seconds since 1970 */
export function cosignedMessage(body: string, timestamp: number): string {
  return `cosignature/v1\ntime ${timestamp}\n${body}`;
}

export function cosignatureBytes(timestamp: number, signature: Uint8Array): Buffer {
  const time = Buffer.alloc(TIMESTAMP_BYTES);
  time.writeBigUInt64BE(BigInt(timestamp));
  return Buffer.concat([time, signature]);
}

/** @throws NoteError for bytes that are no cosignature, or of a time past what numbers express */
export function readCosignature(bytes: Buffer): { timestamp: number; signature: Buffer } {
  if (bytes.length !== TIMESTAMP_BYTES + SIGNATURE_BYTES) {
    throw new NoteError('A cosignature has 72 bytes');
  }
  const timestamp = Number(bytes.readBigUInt64BE());
  // The specification forbids zero here: witnesses must not omit the time.
  if (timestamp === 0 || !Number.isSafeInteger(timestamp)) {
    throw new NoteError('The time of a cosignature is out of range');
  }
  return { timestamp, signature: bytes.subarray(TIMESTAMP_BYTES) };
}
