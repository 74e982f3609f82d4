import type { Filled } from '../apps/control-plane/src/testing/reads/fill-database.ts';
import { listReads } from '../apps/control-plane/src/testing/reads/list-reads.ts';
import { line, title } from './report.ts';

/** How long a page of the audit log took with one filter, or with a pair of them. */
export interface AuditFilterFigures {
  readonly query: string;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** What every filter alone, and each usual pair, is to stay below at p99. */
export const FILTER_BOUND_MS = 100;

export function isFilterTooSlow({ p99Ms }: AuditFilterFigures): boolean {
  return p99Ms >= FILTER_BOUND_MS;
}

/** Enough that two of them are above p99. */
const SAMPLES = 200;

/** @param time reads the path once, and answers how long that took in milliseconds */
export async function measureAuditFilters(
  filled: Filled,
  time: (path: string) => Promise<number>,
): Promise<AuditFilterFigures[]> {
  const figures: AuditFilterFigures[] = [];
  for (const query of [...singleFilters(filled), ...pairs(filled)]) {
    const path = `/v1/audit-events?${query}`;
    await time(path);
    const ms: number[] = [];
    while (ms.length < SAMPLES) ms.push(await time(path));
    ms.sort((a, b) => a - b);
    const at = (share: number) => ms[Math.min(ms.length - 1, Math.floor(share * ms.length))] ?? 0;
    figures.push({ query, medianMs: at(0.5), p99Ms: at(0.99), maxMs: at(1) });
  }
  return figures;
}

function singleFilters(filled: Filled): string[] {
  return listReads(filled)
    .filter(({ route, path }) => route === 'listAuditEvents' && path.includes('?'))
    .map(({ path }) => path.slice(path.indexOf('?') + 1));
}

/** What people ask together: who did what, what happened to it, and when. */
function pairs({ filters, searches }: Filled): string[] {
  const [actorId = ''] = filters.actorId ?? [];
  const [targetId = ''] = filters.targetId ?? [];
  const [ip = ''] = filters.ip ?? [];
  const [search = ''] = searches;
  const from = new Date(Date.now() - 7 * 86_400_000).toISOString();
  const asked: readonly Record<string, string>[] = [
    ...['api_key.create', 'policy.delete'].map((action) => ({ actorId, action })),
    ...['api_key.create', 'policy.delete'].map((action) => ({ action, from })),
    ...[
      { actorId, from },
      { targetId, action: 'api_key.rotate' },
      { targetId, from },
    ],
    ...[
      { ip, action: 'api_key.create' },
      { ip, from },
      { targetType: 'api_key', actorId },
    ],
    ...[
      { search, action: 'api_key.create' },
      { search, from },
    ],
  ];
  return asked.map((query) => new URLSearchParams(query).toString());
}

export function printAuditFilters(figures: readonly AuditFilterFigures[]): void {
  title(`A page of the audit log by one filter or two, ${SAMPLES} times each`);
  for (const { query, medianMs, p99Ms, maxMs } of figures) {
    line(
      query,
      `median ${medianMs.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms, at most ${maxMs.toFixed(1)} ms`,
    );
  }
  const slow = figures.filter(isFilterTooSlow).length;
  line(`filters of ${FILTER_BOUND_MS} ms or more at p99`, `${slow} of ${figures.length}`);
}
