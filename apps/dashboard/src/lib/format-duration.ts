const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const UNITS = [
  { below: SECOND, ms: 1, word: 'ms' },
  { below: MINUTE, ms: SECOND, word: 's' },
  { below: HOUR, ms: MINUTE, word: 'min' },
  { below: DAY, ms: HOUR, word: 'h' },
] as const;

const coarse = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

/** "84 ms", "1.2 s", "15 min", "1 h", "2 days". */
export function formatDuration(ms: number): string {
  const unit = UNITS.find(({ below }) => ms < below);
  if (unit) return `${coarse.format(ms / unit.ms)} ${unit.word}`;
  const days = coarse.format(ms / DAY);
  return days === '1' ? '1 day' : `${days} days`;
}
