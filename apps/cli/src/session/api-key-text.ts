import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';

const SECRET = /^tk_(?:live|test)_[0-9A-Za-z]{38}$/;

/**
 * An API key that can stand in a header.
 * @param source where it came from, for the message, which never repeats the key
 */
export function parseApiKey(text: string, source: string): string {
  const key = text.trim();
  if (SECRET.test(key)) return key;
  const shape = '"tk_live_" or "tk_test_" and 38 letters and digits';
  throw new Failure(EXIT.unauthenticated, `${source} is not an API key: it should be ${shape}.`);
}

/** Throws Failure for a secret given as a name or search: it would stand in the server's access log. */
export function refuseSecret(text: string): void {
  if (!/tk_(?:live|test|join)_[0-9A-Za-z]{20,}/.test(text)) return;
  const advice =
    'It is now in the history of your shell: rotate that key, and use its name or id instead.';
  throw new Failure(EXIT.usage, `A secret cannot name a key. ${advice}`);
}
