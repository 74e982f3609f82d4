/** A worker as a process: serves requests as the primary tells it, and ends when that is gone. */
import cluster from 'node:cluster';
import { createWorkerFleet, type WorkerFleet } from '@tollkeeper/gateway-core';
import { Registry } from 'prom-client';
import type { Config } from '../config/config.ts';
import { createWorkerLimiter } from '../limits/worker-limiter.ts';
import { createLog, type Log } from '../log.ts';
import { type RunningProxy, startProxy } from '../proxy/start-proxy.ts';
import type {
  Answer,
  Metric,
  Numbered,
  Order,
  Report,
  TakeRequest,
  TakeResponse,
} from './message.ts';
import { unpackConfig } from './sent-config.ts';

interface Self {
  readonly fleet: WorkerFleet;
  readonly registry: Registry;
  readonly log: Log;
  config: Config;
  proxy: RunningProxy | undefined;
}

let self: Self | undefined;
let ending: Promise<void> | undefined;
let last = Promise.resolve();
const limiter = createWorkerLimiter(say);

process.on('message', (message: Numbered | TakeResponse) => {
  if ('taken' in message) {
    limiter.receive(message);
    return;
  }
  const { id, order } = message;
  last = last.then(async () => {
    const answer = await obey(order).catch((error: unknown) => ({
      fault: error instanceof Error ? error.message : String(error),
    }));
    say({ fault: undefined, ...answer, id });
  });
});
// The primary answers signals: one for the whole group is not meant for a worker.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
cluster.worker?.on('disconnect', () => {
  // Node ends a forsaken worker at once; what is under way is to be answered first.
  if (cluster.worker) cluster.worker.exitedAfterDisconnect = true;
  self?.fleet.primaryLost();
  self?.log.warn({}, 'the first process is gone: this worker ends once its requests are answered');
  void end();
});

async function obey(order: Order): Promise<Partial<Answer>> {
  if (order.type === 'start') {
    self = start(order);
    return {};
  }
  if (!self) throw new Error('The worker was not started');
  switch (order.type) {
    case 'listen': {
      const { config, fleet, log, registry } = self;
      self.proxy = await startProxy({ config, fleet, limiter, log, registry, nowMs: Date.now });
      return { address: self.proxy.address };
    }
    case 'reload':
      self.config = unpackConfig(order.config);
      self.proxy?.reload(self.config);
      return {};
    case 'reopen':
      self.proxy?.reopenAccessLog();
      return {};
    case 'report':
      return { report: await report(self) };
    case 'drain':
      // Not waited for: changes of keys go on meanwhile.
      void end();
      return {};
    default:
      await self.fleet.execute(order);
      return {};
  }
}

function start({ config, runId, logLevel }: Extract<Order, { type: 'start' }>): Self {
  const { stateDir, staleMaxMs } = config;
  return {
    fleet: createWorkerFleet({ stateDir, runId, staleMaxMs }),
    registry: new Registry(),
    log: createLog(logLevel),
    config: unpackConfig(config),
    proxy: undefined,
  };
}

/** Answers what is under way, and ends the process. */
function end(): Promise<void> {
  ending ??= finish().finally(() => process.exit(0));
  return ending;
}

async function finish(): Promise<void> {
  await self?.proxy?.close();
  self?.fleet.close();
}

async function report({ fleet, registry, proxy }: Self): Promise<Report> {
  const upstreams = proxy?.upstreams() ?? [];
  return { ...fleet.health(), upstreams, metrics: (await registry.getMetricsAsJSON()) as Metric[] };
}

/** Ignores that the primary is gone: the end of the channel is handled separately. */
function say(message: Answer | TakeRequest): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}
