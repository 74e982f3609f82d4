/** What goes between the primary and a worker, in V8's own serialization. */
import type { Room, WorkerCommand, WorkerHealth } from '@tollkeeper/gateway-core';
import type { Claim } from '@tollkeeper/verify';
import type { MetricObjectWithValues, MetricValue } from 'prom-client';
import type { Address } from '../config/address.ts';
import type { LogLevel } from '../log.ts';
import type { UpstreamReport } from '../proxy/balancing/balanced-upstreams.ts';
import type { SentConfig } from './sent-config.ts';

/** One after another: the answer of each comes when it is done. */
export type Order =
  | WorkerCommand
  /** Comes first. */
  | {
      readonly type: 'start';
      readonly config: SentConfig;
      readonly runId: string;
      readonly logLevel: LogLevel;
    }
  /** Takes requests from now on. Answered with the address. */
  | { readonly type: 'listen' }
  | { readonly type: 'reload'; readonly config: SentConfig }
  /** Opens the file of the access log again, which was renamed. */
  | { readonly type: 'reopen' }
  /** Answered with a report. */
  | { readonly type: 'report' }
  /** Takes nothing new, answers what is under way, and ends. */
  | { readonly type: 'drain' };

export interface Numbered {
  readonly id: number;
  readonly order: Order;
}

export interface Answer {
  readonly id: number;
  /** What went wrong; undefined when it is done. */
  readonly fault: string | undefined;
  readonly address?: Address;
  readonly report?: Report;
}

export interface Report extends WorkerHealth {
  readonly upstreams: readonly UpstreamReport[];
  readonly metrics: readonly Metric[];
}

/** A worker needs room in rate limits. Answered in any order, and beside the orders. */
export interface TakeRequest {
  /** Number of the request. */
  readonly take: number;
  readonly calls: readonly (readonly Claim[])[];
}

export interface TakeResponse {
  /** Number of the request. */
  readonly taken: number;
  /** In the order of the calls; null where nothing is known. */
  readonly rooms: readonly (Room | null)[];
}

export type Metric = MetricObjectWithValues<MetricValue<string>>;
