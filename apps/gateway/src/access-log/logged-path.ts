import { mayHoldKey } from '@tollkeeper/gateway-core';

/** With what else a line has, it stays below the 4096 bytes that one write keeps together in a pipe. */
const PATH_MAX = 1024;
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i;
/** Also what JSON would escape, so that a line is never longer than it looks. */
const UNSAFE = /[^\x21\x23-\x5b\x5d-\x7e]/g;

export const HIDDEN_PATH = '[holds a key]';

/**
 * The path of an address, without origin, query and fragment, in visible ASCII and cut to PATH_MAX
 * characters. One that holds a key, or may hold one, is not shown.
 */
export function loggedPath(url: string | undefined): string | null {
  if (url === undefined) return null;
  const path = url.replace(ORIGIN, '').replace(/[?#].*$/s, '');
  if (mayHoldKey(path)) return HIDDEN_PATH;
  const safe = path.replace(UNSAFE, escapeCharacter);
  return safe.length > PATH_MAX ? `${safe.slice(0, PATH_MAX)}...` : safe;
}

/** Node reads heads as latin1: one character is one byte. */
function escapeCharacter(character: string): string {
  return `%${(character.charCodeAt(0) & 0xff).toString(16).toUpperCase().padStart(2, '0')}`;
}
