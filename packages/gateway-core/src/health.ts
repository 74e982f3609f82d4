import type { GatewayHealth } from '@tollkeeper/protocol';
import type { Clock } from './clock.ts';

/** How this process does. */
export interface HealthMeter {
  countCall(): void;
  /** To be called every HEALTH_MS. */
  measure(): void;
  /** What was measured last. */
  last(): Health;
}

export type Health = Pick<GatewayHealth, 'callsPerMinute' | 'cpuPercent' | 'memoryBytes'>;

export const HEALTH_MS = 2000;
const STEPS_A_MINUTE = 60_000 / HEALTH_MS;

export function createHealthMeter(clock: Clock): HealthMeter {
  let calls = 0;
  /** Calls of the last minute, in steps; the last is the newest. */
  let steps: number[] = [];
  let cpu = process.cpuUsage();
  let atMs = clock.monotonicMs();
  let cpuPercent = 0;
  return {
    countCall() {
      calls += 1;
    },
    measure() {
      steps = [...steps, calls].slice(-STEPS_A_MINUTE);
      calls = 0;
      const spent = process.cpuUsage(cpu);
      const elapsedMs = Math.max(1, clock.monotonicMs() - atMs);
      cpuPercent = Math.round((spent.user + spent.system) / elapsedMs / 10);
      cpu = process.cpuUsage();
      atMs = clock.monotonicMs();
    },
    last: () => ({
      callsPerMinute: steps.reduce((sum, each) => sum + each, calls),
      cpuPercent,
      memoryBytes: process.memoryUsage.rss(),
    }),
  };
}
