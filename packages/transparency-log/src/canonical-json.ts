/**
 * JSON with the members of every object sorted by name and no white space (RFC 8785), so that equal
 * values have equal text, whatever order a database returns them in. Members that are undefined are
 * left out, and a date is its ISO 8601 text.
 * @throws TypeError for what has no canonical JSON: infinite numbers, lone surrogates, functions
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return textOf(value);
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`${value} has no canonical JSON`);
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
      return value instanceof Date ? textOf(value.toISOString()) : objectText(value);
    default:
      throw new TypeError(`A value of type ${typeof value} has no canonical JSON`);
  }
}

function objectText(value: object): string {
  const members = value as Readonly<Record<string, unknown>>;
  // Without a compare function, by UTF-16 code units, as the RFC asks.
  const names = Object.keys(members);
  if (names.length > 1) names.sort();
  let text = '{';
  for (const name of names) {
    const member = members[name];
    if (member === undefined) continue;
    text += `${text.length > 1 ? ',' : ''}${textOf(name)}:${canonicalJson(member)}`;
  }
  return `${text}}`;
}

/** Characters that JSON writes as they are, and that are half of no pair. */
const PLAIN = /^[ !#-[\]-~]*$/;

function textOf(value: string): string {
  if (PLAIN.test(value)) return `"${value}"`;
  if (!value.isWellFormed()) throw new TypeError('A lone surrogate has no canonical JSON');
  return JSON.stringify(value);
}
