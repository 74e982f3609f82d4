import type { Usage } from '@tollkeeper/contract';
import { exactTime } from './exact-time.ts';
import { counted, formatCount } from './format-count.ts';

/** The plot in words: the sums, and when most calls came. */
export function usageSummary({ accepted, denied, data }: Usage): string {
  const sums = `${formatCount(accepted)} accepted and ${formatCount(denied)} denied.`;
  const busiest = data.reduce<(typeof data)[number] | undefined>(
    (most, bucket) => (most && calls(most) >= calls(bucket) ? most : bucket),
    undefined,
  );
  if (!busiest || calls(busiest) === 0) return sums;
  return `${sums} Busiest from ${exactTime(busiest.from)}: ${counted(calls(busiest), 'call')}.`;
}

function calls(bucket: { readonly accepted: number; readonly denied: number }): number {
  return bucket.accepted + bucket.denied;
}
