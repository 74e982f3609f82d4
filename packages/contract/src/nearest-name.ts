/** The known name that differs from a misspelt one by the fewest letters, and by how many. Upper case is lower case. */
export function nearestName(
  name: string,
  known: readonly string[],
): { readonly each: string; readonly distance: number } {
  const distances = known.map((each) => ({
    each,
    distance: editDistance(name.toUpperCase(), each.toUpperCase()),
  }));
  return distances.reduce((best, next) => (next.distance < best.distance ? next : best));
}

/** How many characters must be inserted, removed or replaced (Levenshtein). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
