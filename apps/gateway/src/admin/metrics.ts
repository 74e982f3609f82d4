import type { Fleet } from '@tollkeeper/fleet';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What the gateway tells Prometheus. */
export interface Metrics {
  readonly registry: Registry;
  /** @param code `valid`, or the code of the refusal */
  decided(code: string): void;
  /** The head of an answer goes out. @param startedAt when its request came, by performance.now() */
  answered(startedAt: number): void;
  upstreamFailed(code: 'upstream_failed' | 'upstream_timeout'): void;
}

/** From below a decision to the default timeout of an upstream, in seconds. */
const BUCKETS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60,
];

/** @param openConnections how many clients are connected */
export function createMetrics(fleet: Fleet, openConnections: () => number): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const decisions = new Counter({
    name: 'tollkeeper_gateway_decisions_total',
    help: 'Requests by what was decided about them',
    labelNames: ['code'],
    registers,
  });
  const failures = new Counter({
    name: 'tollkeeper_gateway_upstream_failures_total',
    help: 'Accepted requests that an upstream did not answer well',
    labelNames: ['code'],
    registers,
  });
  const seconds = new Histogram({
    name: 'tollkeeper_gateway_answer_seconds',
    help: 'From a request to the head of its answer',
    buckets: BUCKETS,
    registers,
  });
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name: `tollkeeper_gateway_${name}`,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  gauge('connections', 'Open connections of clients', openConnections);
  gauge('connected', 'Whether the control plane is connected', () =>
    Number(fleet.status().connected),
  );
  gauge(
    'snapshot_version',
    'The version decided with; -1 without one',
    () => fleet.status().version ?? -1,
  );
  gauge('snapshot_age_seconds', 'Since the version was last confirmed; -1 without one', () => {
    const { ageMs } = fleet.status();
    return ageMs === null ? -1 : ageMs / 1000;
  });
  gauge(
    'spooled_calls',
    'Calls counted that the control plane has not taken yet',
    () => fleet.status().spooledCalls,
  );
  return {
    registry,
    decided: (code) => decisions.inc({ code }),
    answered: (startedAt) => seconds.observe((performance.now() - startedAt) / 1000),
    upstreamFailed: (code) => failures.inc({ code }),
  };
}
