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

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** "84 MiB", "1.2 GiB": memory, which is counted by 1024. */
export function formatBytes(bytes: number): string {
  return bytes < GIB ? `${whole.format(bytes / MIB)} MiB` : `${coarse.format(bytes / GIB)} GiB`;
}

const FILE_UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const;

/** "84 bytes", "1.2 MB": a file, which is counted by 1000. */
export function formatSize(bytes: number): string {
  const step = Math.min(FILE_UNITS.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  return `${coarse.format(bytes / 1000 ** step)} ${FILE_UNITS[step]}`;
}

const withTime = new Intl.DateTimeFormat('en-GB', {
  year: 'numeric',
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
});
const dayOnly = new Intl.DateTimeFormat('en-GB', {
  year: 'numeric',
  month: 'short',
  day: 'numeric',
});

/** "23 Nov 2026, 08:05:12 UTC", in the reader's time zone. */
export function exactTime(at: string): string {
  return withTime.format(new Date(at));
}

/** "23 Nov 2026", in the reader's time zone. */
export function exactDay(at: string): string {
  return dayOnly.format(new Date(at));
}
