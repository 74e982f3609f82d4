import { SECRET_PATTERN } from '@tollkeeper/verify';
import type { Refusal } from './refusal.ts';

export const KEY_IN_URL: Refusal = {
  code: 'key_in_url',
  detail:
    'An API key stood in the address, where logs and histories keep it. Revoke it, and send keys in the Authorization header.',
};

/** Whether a key stands anywhere in the address, escaped or not. */
export function hasKey(url: string): boolean {
  if (SECRET_PATTERN.test(url)) return true;
  return url.includes('%') && SECRET_PATTERN.test(unescaped(url));
}

function unescaped(url: string): string {
  return url.replace(/%([0-7][0-9A-Fa-f])/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}
