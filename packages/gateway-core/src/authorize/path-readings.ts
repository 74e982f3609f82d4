import { foldCase, type PathReadings } from '@tollkeeper/verify';

/**
 * What makes some reader take a path differently: escapes, `\`, parameters, empty or dot segments,
 * dots at the end of one, names that some servers skip, letters that stand for others.
 */
const DIFFERS = /[%\\;A-Z]|[\u0080-\uffff]|\/[/.(]|\.(?:\/|$)|\.php\/|:\$/;
/** Such a path is read in one way but for the case of its letters, as long as nothing else `DIFFERS`. */
const DIFFERS_BY_CASE =
  /^(?!.*(?:\/[/.(]|\.(?:\/|$)|\.[Pp][Hh][Pp]\/|:\$))[A-Za-z0-9/._~!$&'()*+,=:@-]+$/;
const NONE: PathReadings = { exact: [], folded: [] };
const ESCAPE = /%([0-9A-Fa-f]{2})?/g;
/** Overlong forms of ASCII (RFC 3629, 3), and the `%u002f` of Microsoft. */
const ODD_ESCAPE = /%(?:c[01]|e0%[89]|f0%8|u[0-9a-f]{4})/i;
const BEYOND_ASCII = /%[89A-Fa-f]|[\u0080-\uffff]/;
const HIGH_BYTES = /(?:%[89A-Fa-f][0-9A-Fa-f])+/g;
const PARAMETERS = /;[^/]*/g;
/**
 * Sessions of ASP.NET without cookies, `/(S(…))`; front controllers of PHP, `/index.php/`; and streams of Windows'
 * files and folders, `::$INDEX_ALLOCATION`.
 */
const SKIPPED = /\/\((?:[a-z]\([^()/]*\))+\)|\/[^/]+\.php(?=\/)|::?\$[^/]*/gi;
const IGNORABLE = /\p{Default_Ignorable_Code_Point}/gu;
/** Escapes inside escapes: nobody needs more, and each round is work. */
const ROUNDS_MAX = 4;
/** A longer path is refused where readers differ: to read it in all ways would take milliseconds. */
const LENGTH_MAX = 4096;
/** `.` and `..`, also with the spaces and dots that Windows drops at their end. */
const DOT_SEGMENT = /(?:^|\/)(?:\.{1,2}|(?=[. ]* )(?=[. ]*\.)[. ]+)(?:\/|$)/;

/**
 * What readers behind the gateway may take the path for: after each round of escapes, with and without
 * what follows `?` or `#`, parameters of segments, and what may be an authority at the beginning.
 * Undefined when no reader should see it: dot segments however they are written, escapes that are none,
 * control characters.
 */
export function pathReadings(path: string): PathReadings | undefined {
  if (!DIFFERS.test(path)) return NONE;
  if (path.length > LENGTH_MAX) return undefined;
  if (DIFFERS_BY_CASE.test(path)) return { exact: [], folded: [foldCase(path)] };
  const texts = decodings(path);
  if (!texts) return undefined;
  const exact = new Set<string>();
  for (const text of texts) {
    addReadings(exact, text);
    if (BEYOND_ASCII.test(text)) addReadings(exact, unicodeReading(text));
  }
  for (const each of exact) if (DOT_SEGMENT.test(each)) return undefined;
  const folded = new Set(Array.from(exact, foldCase));
  exact.delete(path);
  return { exact: [...exact], folded: [...folded] };
}

function addReadings(readings: Set<string>, text: string): void {
  const path = text.replaceAll('\\', '/');
  const end = path.search(/[?#]/);
  const parts = [path];
  if (end >= 0) parts.push(path.slice(0, end));
  if (path.startsWith('//')) parts.push(path.replace(/^\/+[^/]*/, '') || '/');
  for (const part of parts) {
    for (const each of new Set([part, part.replace(PARAMETERS, '')])) {
      readings.add(plain(each));
      const skipped = each.replace(SKIPPED, '');
      if (skipped !== each) readings.add(plain(skipped) || '/');
    }
  }
}

/** The path itself, and what each further round of escapes makes of it. */
function decodings(path: string): string[] | undefined {
  const texts = [path];
  if (!isEscaped(path)) return undefined;
  for (let text = path; ; ) {
    if (ODD_ESCAPE.test(text) || hasControl(text)) return undefined;
    const next = resolveEscapes(text);
    if (next === text) return texts;
    if (texts.push(next) > ROUNDS_MAX + 1) return undefined;
    text = next;
  }
}

/** Whether every `%` begins an escape. */
function isEscaped(path: string): boolean {
  for (const [, digits] of path.matchAll(ESCAPE)) if (digits === undefined) return false;
  return true;
}

/** Bytes beyond ASCII stay as they are: they separate nothing. */
function resolveEscapes(path: string): string {
  return path.replace(ESCAPE, (written: string, digits: string | undefined) => {
    const byte = digits === undefined ? 255 : Number.parseInt(digits, 16);
    return byte < 128 ? String.fromCharCode(byte) : written;
  });
}

/** With letters and separators as those that they stand for: `／` as `/`. File systems drop what is not shown. */
function unicodeReading(path: string): string {
  const text = path.replace(HIGH_BYTES, (run) =>
    Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'),
  );
  return text.normalize('NFKC').replace(IGNORABLE, '');
}

/** Without repeated slashes, and without what Windows drops at the end of a name. */
function plain(path: string): string {
  return path.replace(/([^/. ])[. ]+(?=\/|$)/g, '$1').replace(/\/{2,}/g, '/');
}

function hasControl(path: string): boolean {
  for (let i = 0; i < path.length; i++) {
    const code = path.charCodeAt(i);
    if (code < 32 || code === 127) return true;
  }
  return false;
}
