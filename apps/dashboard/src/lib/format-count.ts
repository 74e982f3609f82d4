const plain = new Intl.NumberFormat('en');
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** "1,042". */
export function formatCount(count: number): string {
  return plain.format(count);
}

/** "1K", for the axis of a plot. */
export function formatCompact(count: number): string {
  return compact.format(count);
}

/** "1 key", "3 keys". */
export function counted(count: number, word: string): string {
  return `${formatCount(count)} ${word}${count === 1 ? '' : 's'}`;
}
