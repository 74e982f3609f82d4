import { AggregatorRegistry, type Registry } from 'prom-client';
import type { Metric, Report } from './message.ts';

/** The metrics of all workers as one. */
export interface TotalMetrics {
  /** Keeps what an ended worker has counted: a total that falls is a restart to Prometheus. */
  keep(report: Report): Promise<void>;
  of(reports: readonly Report[]): Registry;
}

export function createTotalMetrics(): TotalMetrics {
  let ended: readonly Metric[] = [];
  let last = Promise.resolve();
  const sum = (all: readonly (readonly Metric[])[]): Registry =>
    AggregatorRegistry.aggregate(all.map((each) => [...each]));
  return {
    keep(report) {
      last = last.then(async () => {
        const counted = report.metrics.filter(({ type }) => String(type) !== 'gauge');
        ended = (await sum([ended, counted]).getMetricsAsJSON()) as Metric[];
      });
      return last;
    },
    of: (reports) => sum([ended, ...reports.map(({ metrics }) => metrics)]),
  };
}
