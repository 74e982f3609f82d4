/**
 * Everything that a terminal obeys instead of showing: control characters (C0, DEL, C1), separators
 * of lines, lone surrogates, and format characters such as direction overrides, which make one name
 * pass for another (Unicode TR 36). The joiners U+200C and U+200D stay: words and emoji need them.
 */
const INVISIBLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]|(?![\u200C\u200D])\p{Cf}/gu;

/** One line of text with each invisible character written out, such as `\x1b` or `\u202e`. */
export function visibleText(text: string): string {
  return text.replace(INVISIBLE, writtenOut);
}

/** JSON that a terminal shows as it stands: the same value, with invisible characters escaped. */
export function visibleJson(value: unknown): string {
  // JSON.stringify leaves only characters inside strings to escape, and its own line breaks.
  return JSON.stringify(value, null, 2)
    .split('\n')
    .map((line) => line.replace(INVISIBLE, jsonEscape))
    .join('\n');
}

/** JSON on one line, with invisible characters escaped. */
export function visibleJsonLine(value: unknown): string {
  return JSON.stringify(value).replace(INVISIBLE, jsonEscape);
}

/** Text of our own layout: each line of it as `visibleText`. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visibleText).join('\n');
}

function writtenOut(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code <= 0xff) return `\\x${hex(code, 2)}`;
  return code <= 0xffff ? `\\u${hex(code, 4)}` : `\\u{${hex(code, 1)}}`;
}

function jsonEscape(character: string): string {
  return Array.from({ length: character.length }, (_, index) => {
    return `\\u${hex(character.charCodeAt(index), 4)}`;
  }).join('');
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
