/**
 * Every environment variable of the product that begins with its name: programs that share an
 * environment know each other's. One that holds a secret can also name a file, by the suffix `_FILE`.
 */
const SECRETS = [
  'TOLLKEEPER_SECRET',
  'TOLLKEEPER_SETUP_TOKEN',
  'TOLLKEEPER_JOIN_KEY',
  'TOLLKEEPER_API_KEY',
];
const OTHERS = [
  'TOLLKEEPER_DATA_DIR',
  'TOLLKEEPER_BASE_URL',
  'TOLLKEEPER_TRUSTED_PROXIES',
  'TOLLKEEPER_CONTROL_PLANE',
  'TOLLKEEPER_URL',
  'TOLLKEEPER_ORGANIZATION',
  // Between the processes of a control plane.
  'TOLLKEEPER_LIFELINE',
];
const KNOWN: readonly string[] = [...SECRETS.flatMap((name) => [name, `${name}_FILE`]), ...OTHERS];

/**
 * A sentence for each variable that begins with TOLLKEEPER_ and that nothing reads: a misspelt name
 * would leave its setting at the default.
 * @param also further names that the program reads
 */
export function findUnknownVariables(
  names: readonly string[],
  also: readonly string[] = [],
): string[] {
  const known = [...KNOWN, ...also];
  return names
    .filter((name) => name.toUpperCase().startsWith('TOLLKEEPER_') && !known.includes(name))
    .map(
      (name) =>
        `${name} is not a variable that Tollkeeper reads; the nearest is ${nearest(name, known)}`,
    );
}

function nearest(name: string, known: readonly string[]): string {
  const distances = known.map((each) => ({
    each,
    distance: editDistance(name.toUpperCase(), each),
  }));
  return distances.reduce((best, next) => (next.distance < best.distance ? next : best)).each;
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
