import { readBase64, shown } from './base64.ts';
import { NoteError } from './note-error.ts';
import { isKeyName } from './vkey.ts';

/** One signature line of a note, not verified. */
export interface NoteSignature {
  readonly name: string;
  /** Eight hexadecimal digits. */
  readonly keyId: string;
  /** What follows the key ID. */
  readonly bytes: Buffer;
  /** The line itself, with its line feed. */
  readonly line: string;
}

export interface Note {
  /** What is signed; ends with a line feed. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** The specification asks to accept 16 signatures; a checkpoint may have one of each gateway. */
export const NOTE_SIGNATURES_MAX = 1000;
const NOTE_CHARACTERS_MAX = 1_000_000;
const KEY_ID_BYTES = 4;
const LINE = /^\u2014 (?<name>[^ ]+) (?<signature>[^ ]+)$/u;
/** Control characters of ASCII but the line feed. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a note must not contain
const CONTROLS = /[\u0000-\u0009\u000b-\u001f]/;

/** The parts of a signed note (C2SP signed-note); nothing of it is verified. @throws NoteError */
export function parseNote(note: string): Note {
  if (note.length > NOTE_CHARACTERS_MAX) throw new NoteError('The note is too long');
  if (!note.isWellFormed() || CONTROLS.test(note)) {
    throw new NoteError('The note contains characters that no note may have');
  }
  const blank = note.lastIndexOf('\n\n');
  if (blank < 0) throw new NoteError('The note has no blank line before its signatures');
  return { text: note.slice(0, blank + 1), signatures: parseSignatures(note.slice(blank + 2)) };
}

/** @param text one or more signature lines, each with its line feed @throws NoteError */
export function parseSignatures(text: string): NoteSignature[] {
  if (!text.endsWith('\n')) throw new NoteError('The last signature line has no end');
  const lines = text.slice(0, -1).split('\n');
  if (lines.length > NOTE_SIGNATURES_MAX) throw new NoteError('There are too many signatures');
  return lines.map(parseSignature);
}

function parseSignature(line: string): NoteSignature {
  const { name = '', signature = '' } = LINE.exec(line)?.groups ?? {};
  if (!isKeyName(name)) throw new NoteError(`"${shown(line)}" is not a signature line`);
  const bytes = readBase64(signature);
  if (bytes.length <= KEY_ID_BYTES) throw new NoteError(`"${shown(line)}" holds no signature`);
  return {
    name,
    keyId: bytes.toString('hex', 0, KEY_ID_BYTES),
    bytes: bytes.subarray(KEY_ID_BYTES),
    line: `${line}\n`,
  };
}

/** @param bytes what follows the key ID @returns with its line feed */
export function signatureLine(name: string, keyId: string, bytes: Uint8Array): string {
  const signature = Buffer.concat([Buffer.from(keyId, 'hex'), bytes]);
  return `\u2014 ${name} ${signature.toString('base64')}\n`;
}
