/** What `like` compares a text with. */
export type Pattern = (text: string) => boolean;

/**
 * Compiles the literal parts of a pattern, between any two of which a wildcard is. The time to match is
 * linear in the text, whatever the pattern: each part is found at the first place where it can be,
 * since a later one would only leave less for the parts behind it.
 */
export function compilePattern(parts: readonly string[]): Pattern {
  const [first = '', ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return (text) => text === first;
  const middle = rest.filter((part) => part !== '').map(compileSearch);
  return (text) => {
    const end = text.length - last.length;
    if (end < first.length || !beginsWith(text, first) || !text.endsWith(last)) return false;
    let at = first.length;
    for (const search of middle) {
      at = search(text, at, end);
      if (at < 0) return false;
    }
    return true;
  };
}

/**
 * From its end on, since the patterns of a workspace begin alike. In place: the call of `startsWith`
 * takes several times as long as most comparisons.
 */
function beginsWith(text: string, part: string): boolean {
  for (let i = part.length - 1; i >= 0; i--) {
    if (text.charCodeAt(i) !== part.charCodeAt(i)) return false;
  }
  return true;
}

/** Returns where the part ends that was found first, or -1. */
type Search = (text: string, start: number, end: number) => number;

/** Knuth, Morris and Pratt: `indexOf` can take the product of both lengths. */
function compileSearch(part: string): Search {
  const borders = bordersOf(part);
  return (text, start, end) => {
    let matched = 0;
    for (let i = start; i < end; i++) {
      while (matched > 0 && part[matched] !== text[i]) matched = borders[matched - 1] ?? 0;
      if (part[matched] === text[i]) matched++;
      if (matched === part.length) return i + 1;
    }
    return -1;
  };
}

/** For each beginning of the part the length of the longest border: what it begins and ends with. */
function bordersOf(part: string): number[] {
  const borders = [0];
  let length = 0;
  for (let i = 1; i < part.length; i++) {
    while (length > 0 && part[length] !== part[i]) length = borders[length - 1] ?? 0;
    if (part[length] === part[i]) length++;
    borders.push(length);
  }
  return borders;
}
