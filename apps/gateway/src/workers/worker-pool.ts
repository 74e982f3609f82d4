import cluster from 'node:cluster';
import { fileURLToPath } from 'node:url';
import type { Limiter, Worker, WorkerHealth, Workers } from '@tollkeeper/gateway-core';
import type { Registry } from 'prom-client';
import type { Address } from '../config/address.ts';
import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';
import type { Log, LogLevel } from '../log.ts';
import { mergeReports, type UpstreamReport } from '../proxy/balancing/balanced-upstreams.ts';
import { closeLostConnections } from './lost-connections.ts';
import { packConfig } from './sent-config.ts';
import { createTotalMetrics } from './total-metrics.ts';
import { createWorkerProcess, type WorkerProcess } from './worker-process.ts';

/** The worker processes of a gateway: as many as asked for, each replaced when it ends. */
export interface WorkerPool extends Workers {
  /** Where the workers listen; rejects when the first of them cannot. */
  readonly address: Promise<Address>;
  servingCount(): number;
  metrics(): Promise<Registry>;
  /** Each with its worst state in any worker, as last reported. */
  upstreams(): readonly UpstreamReport[];
  /** Applies to running workers and to those that start later. */
  reload(config: Config): void;
  reopenAccessLog(): void;
  /** Ends all workers: they accept nothing new, and answer what is under way. */
  drain(): Promise<void>;
}

/** Beside this file, built or not. */
const WORKER = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.mjs', import.meta.url),
);
const REPORT_MS = 1000;
/** A worker that ran for longer is replaced without a pause, in milliseconds. */
const STABLE_MS = 10_000;
/** How much longer than its requests a worker may take to end, in milliseconds. */
const DRAIN_SLACK_MS = 5000;
const PAUSE_MS = 100;
const PAUSE_MAX_MS = 10_000;

/** @param limiter the counters of all workers */
export function startWorkerPool(
  config: Config,
  limiter: Limiter,
  log: Log,
  logLevel: LogLevel,
): WorkerPool {
  const running = new Set<WorkerProcess>();
  const totals = createTotalMetrics();
  const address = Promise.withResolvers<Address>();
  let live = config;
  let prepare: ((worker: Worker) => Promise<void>) | undefined;
  let isDraining = false;
  /** Workers in a row that ended within STABLE_MS. */
  let failures = 0;
  cluster.setupPrimary({ exec: WORKER, args: [], serialization: 'advanced' });

  function start(): void {
    if (isDraining) return;
    // A worker has no use for the join key, nor for Redis.
    const forked = cluster.fork({ TOLLKEEPER_JOIN_KEY: undefined, REDIS_URL: undefined });
    closeLostConnections(forked.process);
    const worker = createWorkerProcess(forked, limiter);
    const startedAt = performance.now();
    running.add(worker);
    void worker.ended.then(() => {
      running.delete(worker);
      const report = worker.lastReport();
      if (report) void totals.keep(report);
      if (isDraining) return;
      failures = performance.now() - startedAt < STABLE_MS ? failures + 1 : 0;
      const pauseMs = failures === 0 ? 0 : Math.min(PAUSE_MAX_MS, PAUSE_MS * 2 ** (failures - 1));
      log.error({ pid: worker.pid, pauseMs }, 'worker process ended; starting another');
      setTimeout(start, pauseMs);
    });
    void bringUp(worker);
  }

  async function bringUp(worker: WorkerProcess): Promise<void> {
    void worker.send({ type: 'start', config: packConfig(live), runId: worker.runId, logLevel });
    await prepare?.(worker);
    if (worker.hasEnded()) return;
    worker.serve();
    const answer = await worker.send({ type: 'listen' });
    if (!answer) return;
    if (answer.address) {
      log.info({ pid: worker.pid }, 'worker process accepts requests');
      return address.resolve(answer.address);
    }
    const fault = answer.fault ?? 'it does not listen';
    log.error({ pid: worker.pid }, `worker process cannot listen: ${fault}`);
    address.reject(new ConfigError([fault]));
    worker.kill();
  }

  const reporting = setInterval(() => {
    for (const worker of running) void worker.send({ type: 'report' });
  }, REPORT_MS);
  const reports = () => [...running].flatMap((worker) => worker.lastReport() ?? []);

  for (let count = 0; count < config.workers; count++) start();
  return {
    address: address.promise,
    all: () => [...running],
    async replace(worker) {
      const found = [...running].find((each) => each === worker);
      found?.kill();
      await found?.ended;
    },
    onStart(preparing) {
      prepare = preparing;
      for (const worker of running) void preparing(worker);
    },
    isCounting: (runId) => [...running].some((worker) => worker.runId === runId),
    health: () => sum(reports()),
    upstreams: () => mergeReports(reports().flatMap(({ upstreams }) => upstreams)),
    servingCount: () => [...running].filter((worker) => worker.isServing()).length,
    async metrics() {
      await Promise.all([...running].map((worker) => worker.send({ type: 'report' })));
      return totals.of(reports());
    },
    reload(next) {
      live = next;
      for (const worker of running) {
        void worker.send({ type: 'reload', config: packConfig(next) }).then((answer) => {
          // All must use the same configuration: a worker that cannot is replaced.
          if (answer?.fault !== undefined) worker.kill();
        });
      }
    },
    reopenAccessLog() {
      for (const worker of running) void worker.send({ type: 'reopen' });
    },
    async drain() {
      isDraining = true;
      clearInterval(reporting);
      const withinMs = live.limits.drainMs + DRAIN_SLACK_MS;
      await Promise.all([...running].map((worker) => drainOne(worker, withinMs)));
    },
  };
}

async function drainOne(worker: WorkerProcess, withinMs: number): Promise<void> {
  void worker.send({ type: 'drain' });
  const deadline = setTimeout(worker.kill, withinMs);
  await worker.ended;
  clearTimeout(deadline);
}

function sum(reports: readonly WorkerHealth[]): WorkerHealth {
  const total = (read: (report: WorkerHealth) => number) =>
    reports.reduce((all, report) => all + read(report), 0);
  return {
    callsPerMinute: total(({ callsPerMinute }) => callsPerMinute),
    cpuPercent: total(({ cpuPercent }) => cpuPercent),
    memoryBytes: total(({ memoryBytes }) => memoryBytes),
    pendingCalls: total(({ pendingCalls }) => pendingCalls),
    fault: reports.find(({ fault }) => fault !== null)?.fault ?? null,
  };
}
