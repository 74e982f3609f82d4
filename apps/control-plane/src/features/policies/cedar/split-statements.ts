/**
 * Where the statements of a text stand, in UTF-16 code units. Cedar names them in no order.
 * @param text that Cedar has parsed: outside of strings and comments, each `;` ends a statement
 */
export function splitStatements(text: string): { readonly start: number; readonly end: number }[] {
  const found: { start: number; end: number }[] = [];
  let start = -1;
  for (const { index, 0: token } of text.matchAll(TOKENS)) {
    if (token.startsWith('//')) continue;
    if (start < 0) start = index;
    if (token !== ';') continue;
    found.push({ start, end: index + 1 });
    start = -1;
  }
  return found;
}

/** A comment, a string, or any other character that is no white space. */
const TOKENS = /\/\/[^\r\n]*|"(?:[^"\\]|\\[\s\S])*"|\S/g;
