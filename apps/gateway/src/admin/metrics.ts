import type { UpstreamState } from '@tollkeeper/contract';
import type { Fleet } from '@tollkeeper/gateway-core';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { SharedLimiter } from '../limits/shared-limiter.ts';
import type { UpstreamReport } from '../proxy/balancing/balanced-upstreams.ts';
import { addDurations } from './durations.ts';

/** Prometheus metrics of the requests that this process serves. */
export interface CallMetrics {
  /** @param code `valid`, `open` on an open route, `preflight`, or the code of the denial */
  decided(code: string): void;
  /** A shadow policy would have refused a request that was accepted. */
  wouldHaveDenied(): void;
  /** The head of an answer goes out. @param startedAt when its request came, by performance.now() */
  answered(startedAt: number): void;
  upstreamFailed(code: 'upstream_failed' | 'upstream_timeout'): void;
  /** A request that failed before an answer was sent to the next upstream of its route. */
  sentToNext(): void;
  upstreamChanged(upstream: string, state: UpstreamState): void;
  /** A call that was let through has ended, since it would not be by now. */
  stopped(code: string): void;
  /** At `connectionsMax`: an idle one ended for a new one, or a new one was not taken. */
  connectionEnded(reason: 'idle' | 'all_in_use'): void;
  /** A line of the access log was left out, since lines cannot be written as fast as they come. */
  accessLineDropped(): void;
}

/** From below a decision to the default timeout of an upstream, in seconds. */
const BUCKETS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60,
];

/** @param openConnections how many clients are connected */
export function createCallMetrics(registry: Registry, openConnections: () => number): CallMetrics {
  const registers = [registry];
  /** By code, since the metrics were last read: the library looks up the labels of each. */
  const decided = new Map<string, number>();
  new Counter({
    name: 'tollkeeper_gateway_decisions_total',
    help: 'Requests by what was decided about them',
    labelNames: ['code'],
    registers,
    collect() {
      for (const [code, count] of decided) this.inc({ code }, count);
      decided.clear();
    },
  });
  const shadowDenials = new Counter({
    name: 'tollkeeper_gateway_shadow_denials_total',
    help: 'Accepted requests that a shadow policy would have refused',
    registers,
  });
  const failures = new Counter({
    name: 'tollkeeper_gateway_upstream_failures_total',
    help: 'Accepted requests that an upstream did not answer well',
    labelNames: ['code'],
    registers,
  });
  const stops = new Counter({
    name: 'tollkeeper_gateway_stopped_total',
    help: 'Calls under way that were ended since their key was stopped, by what it is refused for',
    labelNames: ['code'],
    registers,
  });
  const ends = new Counter({
    name: 'tollkeeper_gateway_connections_ended_total',
    help: 'Connections ended since there were too many: idle ones, or new ones if all were in use',
    labelNames: ['reason'],
    registers,
  });
  const lines = new Counter({
    name: 'tollkeeper_gateway_access_log_dropped_lines_total',
    help: 'Lines of the access log that were left out, since they could not be written',
    registers,
  });
  const next = new Counter({
    name: 'tollkeeper_gateway_upstream_retries_total',
    help: 'Requests that were sent to the next upstream, since one failed before it answered',
    registers,
  });
  const losses = new Counter({
    name: 'tollkeeper_gateway_upstream_losses_total',
    help: 'Upstreams that were ejected, or failed a health check after they had passed it',
    labelNames: ['upstream', 'state'],
    registers,
  });
  const observe = addDurations(registry, {
    name: 'tollkeeper_gateway_answer_seconds',
    help: 'From a request to the head of its answer',
    buckets: BUCKETS,
  });
  addGauge(registry, 'connections', 'Open connections of clients', openConnections);
  return {
    decided: (code) => void decided.set(code, (decided.get(code) ?? 0) + 1),
    answered: (startedAt) => observe((performance.now() - startedAt) / 1000),
    wouldHaveDenied: () => shadowDenials.inc(),
    upstreamFailed: (code) => failures.inc({ code }),
    sentToNext: () => next.inc(),
    upstreamChanged(upstream, state) {
      if (state !== 'up') losses.inc({ upstream, state });
    },
    stopped: (code) => stops.inc({ code }),
    connectionEnded: (reason) => ends.inc({ reason }),
    accessLineDropped: () => lines.inc(),
  };
}

/** Prometheus metrics of the instance's membership of the fleet. */
export function addFleetMetrics(registry: Registry, fleet: Fleet): void {
  const gauge = (name: string, help: string, read: () => number) =>
    addGauge(registry, name, help, read);
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
    'Calls counted that the control plane has not stored yet',
    () => fleet.status().spooledCalls,
  );
  addWitnessMetrics(registry, fleet);
}

/** Prometheus metrics of what the instance has seen of the transparency log. */
function addWitnessMetrics(registry: Registry, fleet: Fleet): void {
  addGauge(
    registry,
    'witness_size',
    'Events in the last checkpoint of the transparency log that was cosigned',
    () => fleet.status().witness?.size ?? 0,
  );
  addGauge(
    registry,
    'witness_alarm',
    'Whether the transparency log was seen to be rewritten, cut off, or replaced',
    () => Number((fleet.status().witness?.alarm ?? null) !== null),
  );
}

/** Prometheus metrics of the upstreams of routes that have several. */
export function addUpstreamMetrics(
  registry: Registry,
  reports: () => readonly UpstreamReport[],
): void {
  const add = (
    name: string,
    help: string,
    aggregator: 'min' | 'sum',
    read: (report: UpstreamReport) => number,
  ) =>
    new Gauge({
      name: `tollkeeper_gateway_upstream_${name}`,
      help,
      aggregator,
      labelNames: ['upstream'],
      registers: [registry],
      collect() {
        this.reset();
        for (const each of reports()) this.set({ upstream: each.url }, read(each));
      },
    });
  add(
    'up',
    'Whether an upstream receives requests; 0 once one worker sends it none',
    'min',
    (each) => Number(each.state === 'up'),
  );
  add('calls', 'Calls in progress at an upstream', 'sum', ({ running }) => running);
}

/** Prometheus metrics of rate limits that gateways count together. */
export function addLimitMetrics(registry: Registry, shared: SharedLimiter): void {
  addGauge(registry, 'rate_limits_shared', 'Whether Redis counts the rate limits of policies', () =>
    Number(shared.isShared()),
  );
  let reported = 0;
  new Counter({
    name: 'tollkeeper_gateway_rate_limit_own_calls_total',
    help: 'Calls that this gateway counted for itself, since Redis did not answer',
    registers: [registry],
    collect() {
      this.inc(shared.ownCalls() - reported);
      reported = shared.ownCalls();
    },
  });
}

export function addGauge(registry: Registry, name: string, help: string, read: () => number): void {
  new Gauge({
    name: `tollkeeper_gateway_${name}`,
    help,
    registers: [registry],
    collect() {
      this.set(read());
    },
  });
}
