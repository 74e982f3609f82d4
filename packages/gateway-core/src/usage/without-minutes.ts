import { addTo, type Sums } from './sums.ts';

/** Bounds memory by the number of keys: each call still counts, in the last minute of its key. */
export function withoutMinutes(sums: Sums): Sums {
  const last = new Map<string, number>();
  for (const head of sums.keys()) {
    const [subject, minuteMs] = splitHead(head);
    last.set(subject, Math.max(last.get(subject) ?? 0, minuteMs));
  }
  const merged: Sums = new Map();
  for (const [head, sum] of sums) {
    const [subject] = splitHead(head);
    addTo(merged, `${subject} ${last.get(subject)}`, sum);
  }
  return merged;
}

function splitHead(head: string): [subject: string, minuteMs: number] {
  const end = head.lastIndexOf(' ');
  return [head.slice(0, end), Number(head.slice(end + 1))];
}
