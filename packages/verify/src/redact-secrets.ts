import { displayPrefix, SECRET_PATTERN } from './key-text.ts';

const EVERY_SECRET = new RegExp(SECRET_PATTERN, 'g');

/** The text with what looks like a key cut to its display prefix: clients put keys anywhere. */
export function redactSecrets(text: string): string {
  return text.replace(EVERY_SECRET, (secret) => `${displayPrefix(secret)}…`);
}
