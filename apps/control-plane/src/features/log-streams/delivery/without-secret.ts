const MARK = '[secret]';
/** A part of a header's value that is no secret by itself, such as `Bearer`, is shorter. */
const PART_MIN = 8;

/** A text of the destination without the secret that it was sent: some answer with what they received. */
export function withoutSecret(text: string, secret: string | null): string {
  if (secret === null) return text;
  const parts = [secret, ...secret.split(' ')].filter((part) => part.length >= PART_MIN);
  const written = parts.flatMap((part) => [
    anyWriting(part),
    new RegExp(literal(Buffer.from(part).toString('base64')), 'g'),
  ]);
  return written.reduce((clean, each) => clean.replace(each, MARK), text);
}

/** The names of characters in HTML. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['&', 'amp'],
  ['<', 'lt'],
  ['>', 'gt'],
  ['"', 'quot'],
  ["'", 'apos'],
]);

/**
 * How often a backslash or a zero of an escape may be repeated: twice as often each time that a text is escaped. Without
 * an end, an answer of backslashes alone would take the square of its length.
 */
const REPEATED_MAX = 16;

/** Matches the part, each of its characters as it is, or as JSON, URLs or HTML encode it: which of them, each server decides. */
function anyWriting(part: string): RegExp {
  const characters = part.match(/\\+|[^\\]/g) ?? [];
  const patterns = characters.map((character, at) => {
    if (character.startsWith('\\')) {
      const times = character.length;
      return `(?:\\\\{${times},${times * REPEATED_MAX}}|(?:%5c){${times}}|(?:&#92;){${times}})`;
    }
    if (/\w/.test(character)) return character;
    // After a backslash, a pattern that begins with one could match in two ways, and many of them take for ever.
    const isAfter = characters[at - 1]?.startsWith('\\') === true;
    const code = character.charCodeAt(0);
    const hex = code.toString(16);
    const forms = [
      isAfter ? `\\x${hex}` : `\\\\{0,${REPEATED_MAX}}\\x${hex}|\\\\{1,${REPEATED_MAX}}u00${hex}`,
      ...[`%${hex}`, `&#0{0,${REPEATED_MAX}}${code};`, `&#x0{0,${REPEATED_MAX}}${hex};`],
      ...(NAMES.has(character) ? [`&${NAMES.get(character)};`] : []),
    ];
    return `(?:${forms.join('|')})`;
  });
  return new RegExp(patterns.join(''), 'gi');
}

function literal(text: string): string {
  return Array.from(text, (each) => `\\x${each.charCodeAt(0).toString(16).padStart(2, '0')}`).join(
    '',
  );
}
