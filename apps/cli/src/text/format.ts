import { type Labels, relativeTime as relativeToNow } from '@tollkeeper/contract';

/** "1 key", "3 keys". */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** A moment as the dashboard says it too: `3 minutes ago`, `in 30 days`; null is `never`. */
export function relativeTime(instant: string | null, now: Date): string {
  return instant === null ? 'never' : relativeToNow(instant, now.getTime());
}

/** The relative and the exact time, for a page about one thing. */
export function relativeAndExact(instant: string | null, now: Date): string {
  if (instant === null) return 'never';
  const exact = new Date(instant).toISOString().replace('T', ' ').slice(0, 19);
  return `${relativeTime(instant, now)} (${exact} UTC)`;
}

/** Labels as people write them, such as `region=eu-1 tier=a`. */
export function formatLabels(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}
