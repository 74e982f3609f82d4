const NAMED_MAX = 3;

/** In a sentence without an end, as a problem of the log has it; null where there is none. */
export function damageText(damaged: readonly number[]): string | null {
  if (damaged.length === 0) return null;
  if (damaged.length === 1) return `Event ${damaged[0]} is not as it was signed`;
  const named = damaged.slice(0, NAMED_MAX).map(String);
  const more = damaged.length - named.length;
  const list = LIST.format(more > 0 ? [...named, `${more} more`] : named);
  return `Events ${list} are not as they were signed`;
}

const LIST = new Intl.ListFormat('en');
