import { NoteError } from './note-error.ts';

/**
 * The bytes of base64 text (RFC 4648, section 4), which has exactly one text for the same bytes.
 * @throws NoteError for any other text
 */
export function readBase64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw new NoteError(`"${shown(text)}" is not base64`);
  return bytes;
}

/** What is quoted in an error: the start of foreign text, without what a terminal would interpret. */
export function shown(text: string): string {
  return text.slice(0, 60).replace(/\p{C}+/gu, '?');
}
