/** What makes some reader take a path differently: escapes, `\`, parameters, empty or dot segments. */
const DIFFERS = /[%\\;]|\/\/|\/\.|[A-Z]/;
const ESCAPE = /%([0-9A-Fa-f]{2})?/g;
/** Escapes inside escapes: nobody needs more, and each round is work. */
const ROUNDS_MAX = 4;
const DOT_SEGMENT = /(?:^|\/)\.{1,2}(?:\/|$)/;

/**
 * The path as the most lenient reader may take it: escapes resolved, `\` as `/`, parameters of
 * segments and repeated slashes gone, case aside. Undefined when no reader should see it: dot
 * segments however they are written, escapes that are none, control characters.
 */
export function lenientPath(path: string): string | undefined {
  if (!DIFFERS.test(path)) return path;
  let read = path;
  for (let round = 0; read.includes('%'); round++) {
    if (round === 0 && !isEscaped(read)) return undefined;
    const next = resolveEscapes(read);
    if (next === read) break;
    if (round === ROUNDS_MAX) return undefined;
    read = next;
  }
  if (hasControl(read)) return undefined;
  const plain = read
    .replaceAll('\\', '/')
    .replace(/;[^/]*/g, '')
    .replace(/\/{2,}/g, '/');
  return DOT_SEGMENT.test(plain) ? undefined : plain.toLowerCase();
}

/** Every `%` begins an escape, and none of an overlong form (RFC 3629, 3). */
function isEscaped(path: string): boolean {
  for (const [, digits] of path.matchAll(ESCAPE)) {
    if (digits === undefined || /^c[01]$/i.test(digits)) return false;
  }
  return true;
}

/** Bytes beyond ASCII stay as they are: they separate nothing. */
function resolveEscapes(path: string): string {
  return path.replace(ESCAPE, (written: string, digits: string | undefined) => {
    const byte = digits === undefined ? 255 : Number.parseInt(digits, 16);
    return byte < 128 ? String.fromCharCode(byte) : written;
  });
}

function hasControl(path: string): boolean {
  for (let i = 0; i < path.length; i++) {
    const code = path.charCodeAt(i);
    if (code < 32 || code === 127) return true;
  }
  return false;
}
