import type { Fleet, Limiter } from '@tollkeeper/gateway-core';
import type { AccessLog } from '../access-log/access-log.ts';
import type { CallMetrics } from '../admin/metrics.ts';
import type { Config } from '../config/config.ts';
import type { BodyMemory } from '../inspect/body-memory.ts';
import type { Log } from '../log.ts';
import type { Route } from '../request/routes.ts';
import type { RunningCalls } from './running-calls.ts';
import type { Held } from './turn.ts';
import type { Upstreams } from './upstreams.ts';

/** What every request needs. */
export interface Services {
  readonly fleet: Pick<Fleet, 'keys' | 'count' | 'countCanary'>;
  readonly log: Log;
  readonly metrics: CallMetrics;
  readonly accessLog: AccessLog;
  readonly upstreams: Upstreams;
  readonly runningCalls: RunningCalls;
  readonly bodyMemory: BodyMemory;
  /** Counters of the rate limits of policies. */
  readonly limiter: Limiter;
  /** In milliseconds since 1970. */
  readonly nowMs: () => number;
  /** Holds what was decided until its count is in the spool. */
  readonly hold: (held: Held) => void;
  /** Replaced as a whole when the configuration is read again. */
  live: Live;
  /** No answer from now on keeps its connection. */
  isDraining: boolean;
}

/** What can change while requests run: each request uses what was valid when it arrived. */
export interface Live {
  readonly config: Config;
  readonly routes: readonly Route[];
}
