import { SECRET_PATTERN } from '@tollkeeper/verify';
import type { Denial } from './denial.ts';

export const KEY_IN_URL: Denial = {
  code: 'key_in_url',
  detail:
    'An API key stood in the address, where logs and histories keep it. Revoke it, and send keys in the Authorization header.',
};

/** Escapes inside escapes: each round is work, and an address is as long as a head may be. */
const ROUNDS_MAX = 4;

/** Whether a key stands anywhere in the text, such as an address, escaped or not. */
export function hasKey(text: string): boolean {
  let read = text;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    if (SECRET_PATTERN.test(read)) return true;
    if (!read.includes('%')) return false;
    read = unescaped(read);
  }
  return SECRET_PATTERN.test(read);
}

function unescaped(text: string): string {
  return text.replace(/%([0-7][0-9A-Fa-f])/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}
