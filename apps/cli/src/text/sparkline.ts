const BARS = '▁▂▃▄▅▆▇█';

/** One bar for each count, the highest as tall as a line; a count of 0 is a dot on the ground. */
export function sparkline(counts: readonly number[]): string {
  const highest = Math.max(1, ...counts);
  return counts
    .map((count) => (count === 0 ? '·' : BARS[Math.ceil((count / highest) * BARS.length) - 1]))
    .join('');
}
