import { idOf, MEMBERS } from './fill-audit-log.ts';

/** How long a page of the audit log took with one filter, or with a pair of them. */
export interface FilterFigures {
  readonly query: string;
  readonly medianMs: number;
  readonly p99Ms: number;
  /** Median of the baseline, asked in turns. */
  readonly baselineMs: number;
}

/** What every filter alone, and each usual pair, is to stay below at p99. */
export const FILTER_BOUND_MS = 100;

export function isFilterTooSlow({ p99Ms }: FilterFigures): boolean {
  return p99Ms >= FILTER_BOUND_MS;
}

export const SAMPLES = 100;
/** The same way through the server and the same credential, and an answer that reads one small table. */
export const BASELINE = '/v1/scopes';

/** @param time reads the path once, and answers how long that took in milliseconds */
export async function measureFilters(
  time: (path: string) => Promise<number>,
): Promise<FilterFigures[]> {
  const figures: FilterFigures[] = [];
  for (const query of [...FILTERS, ...PAIRS].map((asked) => new URLSearchParams(asked))) {
    const path = `/v1/audit-events?${query}`;
    await time(path);
    const ms: number[] = [];
    const baselineMs: number[] = [];
    while (ms.length < SAMPLES) {
      baselineMs.push(await time(BASELINE));
      ms.push(await time(path));
    }
    figures.push({
      ...{ query: String(query), medianMs: at(ms, 0.5), p99Ms: at(ms, 0.99) },
      baselineMs: at(baselineMs, 0.5),
    });
  }
  return figures;
}

function at(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
}

const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString();
const ACTIVE = idOf('mem', 1);
const QUIET = idOf('mem', MEMBERS);
const KEY = idOf('key', 42);
const TARGET = idOf('key', 77);

/** Each filter by itself, with what is frequent, what is rare, and what is not there. */
const FILTERS: readonly Record<string, string>[] = [
  ...[ACTIVE, QUIET, KEY, idOf('mem', 9 * MEMBERS)].map((actorId) => ({ actorId })),
  ...['api_key.create', 'api_key.*', 'policy.restore', 'join_key.delete'].map((action) => ({
    action,
  })),
  ...['api_key', 'invitation'].map((targetType) => ({ targetType })),
  ...[TARGET, idOf('key', 999_999)].map((targetId) => ({ targetId })),
  ...['req_1', 'req_0'].map((requestId) => ({ requestId })),
  ...['192.0.2.1', '198.51.100.1'].map((ip) => ({ ip })),
  ...[{ from: day(1) }, { from: day(4000) }, { to: day(10) }, { to: day(4000) }],
  ...['ci-pipeline-9', 'pipeline-99999', 'Person 17', 'nothing is named so'].map((search) => ({
    search,
  })),
];

/** What people ask together: who did what, what happened to it, and when. */
const PAIRS: readonly Record<string, string>[] = [
  ...['api_key.create', 'policy.restore'].flatMap((action) => [
    { action, actorId: ACTIVE },
    { action, from: day(7) },
    { action, ip: '192.0.2.1' },
    { action, search: 'ci-pipeline-9' },
  ]),
  { actorId: ACTIVE, from: day(7) },
  { actorId: ACTIVE, targetType: 'policy' },
  { actorId: QUIET, ip: '192.0.2.1' },
  { targetId: TARGET, action: 'api_key.rotate' },
  { targetId: TARGET, from: day(7) },
  { ip: '192.0.2.1', from: day(7) },
  { search: 'nothing is named so', from: day(7) },
];
