/**
 * JSON with the members of every object sorted by name and no white space (RFC 8785), so that equal
 * values have equal text, whatever order a database returns them in. Members that are undefined are
 * left out, and a date is its ISO 8601 text.
 * @throws TypeError for what has no canonical JSON: infinite numbers, invalid dates, lone surrogates, functions
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return textOf(value);
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`${value} has no canonical JSON`);
      return `${value}`;
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return arrayText(value);
      return value instanceof Date ? timeText(value) : objectText(value);
    default:
      throw new TypeError(`A value of type ${typeof value} has no canonical JSON`);
  }
}

/** A database that somebody changed may have a time that is none, such as infinity. */
function timeText(at: Date): string {
  if (Number.isNaN(at.getTime())) throw new TypeError('An invalid date has no canonical JSON');
  return `"${at.toISOString()}"`;
}

function arrayText(values: readonly unknown[]): string {
  let text = '';
  for (let at = 0; at < values.length; at += 1) {
    text += `${at === 0 ? '' : ','}${canonicalJson(values[at])}`;
  }
  return `[${text}]`;
}

function objectText(value: object): string {
  const members = value as Readonly<Record<string, unknown>>;
  let text = '';
  for (const name of sorted(Object.keys(members))) {
    const member = members[name];
    if (member === undefined) continue;
    text += `${text === '' ? '' : ','}${textOf(name)}:${canonicalJson(member)}`;
  }
  return `{${text}}`;
}

/** Up to so many names, inserting each is faster than the sort of the language, which was half of all the work. */
const INSERTED_MAX = 32;

/** In place, by UTF-16 code units, as the RFC asks: so strings are compared, and sorted without a function. */
function sorted(names: string[]): string[] {
  if (names.length > INSERTED_MAX) return names.sort();
  for (let next = 1; next < names.length; next += 1) {
    const name = names[next] as string;
    let at = next;
    for (; at > 0 && (names[at - 1] as string) > name; at -= 1) names[at] = names[at - 1] as string;
    names[at] = name;
  }
  return names;
}

/** Characters that JSON writes as they are, and that are half of no pair. */
const PLAIN = /^[ !#-[\]-~]*$/;

function textOf(value: string): string {
  if (PLAIN.test(value)) return `"${value}"`;
  if (!value.isWellFormed()) throw new TypeError('A lone surrogate has no canonical JSON');
  return JSON.stringify(value);
}
