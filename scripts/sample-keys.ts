export interface SampleKey {
  readonly name: string;
  readonly profile: 'workspace' | 'organization' | 'read-only';
  readonly ageDays: number;
  readonly livesDays: number | null;
  /** Calls a minute at the busiest time of the day; 0 was never used. */
  readonly busy: number;
  readonly end?: 'disable' | 'revoke';
  /** Made by that colleague; else by the owner. */
  readonly by?: 'grace' | 'alan';
}

/** Oldest first. */
export const SAMPLE_KEYS: readonly SampleKey[] = [
  {
    name: 'legacy-importer',
    profile: 'read-only',
    ageDays: 160,
    livesDays: null,
    busy: 0,
    end: 'revoke',
  },
  { name: 'billing-export', profile: 'read-only', ageDays: 121, livesDays: 365, busy: 1 },
  {
    name: 'staging-gateway',
    profile: 'workspace',
    ageDays: 97,
    livesDays: 365,
    busy: 9,
    by: 'grace',
  },
  {
    name: 'production-gateway',
    profile: 'workspace',
    ageDays: 88,
    livesDays: 365,
    busy: 34,
    by: 'grace',
  },
  { name: 'terraform', profile: 'organization', ageDays: 61, livesDays: 90, busy: 2 },
  {
    name: 'nightly-audit',
    profile: 'read-only',
    ageDays: 45,
    livesDays: null,
    busy: 1,
    by: 'grace',
  },
  { name: 'grafana-dashboards', profile: 'read-only', ageDays: 38, livesDays: null, busy: 5 },
  { name: 'ci-pipeline', profile: 'workspace', ageDays: 25, livesDays: 30, busy: 14 },
  {
    name: 'load-test',
    profile: 'workspace',
    ageDays: 12,
    livesDays: 90,
    busy: 6,
    end: 'disable',
    by: 'alan',
  },
  { name: 'cursor-dev', profile: 'workspace', ageDays: 3, livesDays: 90, busy: 3, by: 'alan' },
];
