/** A value as the name of a test shows it: the formats of names have no width. */
export function shorten(value: unknown, lengthMax = 60): string {
  const text = JSON.stringify(value);
  return text.length > lengthMax ? `${text.slice(0, lengthMax)}…` : text;
}
