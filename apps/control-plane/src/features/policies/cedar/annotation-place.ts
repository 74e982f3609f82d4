/** What stands between the annotations of a statement: white space, and comments. */
const GAP = /(?:\s|\/\/[^\r\n]*)*/y;
const ANNOTATION = /@\s*([A-Za-z_]\w*)(?:\s*\(\s*("(?:[^"\\]|\\.)*")\s*\))?/y;

interface Place {
  readonly start: number;
  readonly end: number;
}

/**
 * Where an annotation stands, or a part of its value; undefined where a comment in the middle of it
 * hides it.
 * @param at where the statement begins
 * @param part of the value, which is then found only where it has no escapes
 */
export function annotationPlace(
  text: string,
  at: number,
  name: string,
  part: Place | undefined,
): Place | undefined {
  for (let from = skip(GAP, text, at); text[from] === '@'; from = skip(GAP, text, from)) {
    ANNOTATION.lastIndex = from;
    const found = ANNOTATION.exec(text);
    if (!found) return undefined;
    const [whole, ident, value] = found;
    const end = from + whole.length;
    if (ident === name) return placeIn(text, { start: from, end }, value, part);
    from = end;
  }
  return undefined;
}

function placeIn(text: string, whole: Place, value: string | undefined, part: Place | undefined) {
  if (!part || value === undefined || value.includes('\\')) return whole;
  const start = text.indexOf(value, whole.start) + 1;
  return { start: start + part.start, end: start + part.end };
}

function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return at + (pattern.exec(text)?.[0].length ?? 0);
}
