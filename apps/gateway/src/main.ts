/** The gateway as a process: reads its options, serves, reloads on SIGHUP, drains on SIGTERM. */
import { hostname } from 'node:os';
import { type Fleet, FleetError, findForwardProxy, startFleet } from '@tollkeeper/gateway-core';
import packageJson from '../package.json' with { type: 'json' };
import { STANDARD_OUTPUT } from './access-log/line-file.ts';
import { type Gateway, startGateway } from './app.ts';
import { formatAddress } from './config/address.ts';
import { type CommandLine, readCommandLine } from './config/command-line.ts';
import { type Config, upstreamsOf } from './config/config.ts';
import { ConfigError } from './config/config-error.ts';
import { loadConfig } from './config/load-config.ts';
import { openLimiter } from './limits/open-limiter.ts';
import { createLog, LOG_LEVELS, type Log, type LogLevel } from './log.ts';
import { createPendingFleet } from './pending-fleet.ts';
import { createReload } from './reload.ts';
import { startPrimary } from './workers/start-primary.ts';
import { startWorkerPool, type WorkerPool } from './workers/worker-pool.ts';

/** As of every command of the command line: an option or a configuration cannot be used. */
const USAGE = 2;

try {
  const commandLine = readCommandLine(process.argv.slice(2), process.env);
  const config = await loadConfig(commandLine, process.env);
  const level = readLogLevel(process.env.LOG_LEVEL);
  const log = createLog(level);
  await serve(commandLine, config, log, level).catch((error: unknown) => {
    if (error instanceof ConfigError) throw error;
    if (error instanceof FleetError || isListenError(error)) {
      log.error({ code: error.code }, error.message);
    } else {
      log.error({ err: error }, 'this gateway ends, since something in it failed');
    }
    process.exit(1);
  });
} catch (error) {
  // Printed for the author of the configuration: there is no log until it is valid.
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(USAGE);
}

/** @throws ConfigError */
function readLogLevel(text: string | undefined): LogLevel {
  const level = LOG_LEVELS.find((each) => each === (text || 'info'));
  if (level === undefined)
    throw new ConfigError([`LOG_LEVEL must be one of ${LOG_LEVELS.join(', ')}`]);
  return level;
}

async function serve(
  commandLine: CommandLine,
  config: Config,
  log: Log,
  level: LogLevel,
): Promise<void> {
  const stop = new AbortController();
  const { limiter, shared, watch } = await openLimiter(commandLine.redisUrl, log);
  const pool = config.workers > 1 ? startWorkerPool(config, limiter, log, level) : undefined;
  const starting = takePlace(commandLine, config, log, stop.signal, pool);
  const fleet = createPendingFleet(starting, nameOf(config), config.staleMaxMs);
  watch((fault) => fleet.report(fault, 'limits'));
  const serving = pool
    ? startPrimary(config, fleet, pool, shared)
    : startGateway({ config, fleet, limiter, shared, log, nowMs: Date.now });
  const gateway = await serving.catch(async (error: unknown) => {
    stop.abort();
    await fleet.close();
    throw error;
  });
  endOnSignals(gateway, stop, log);
  const load = () => loadConfig(commandLine, process.env);
  const reload = createReload({ load, running: config, gateway, fleet, log });
  process.on('SIGHUP', () => {
    // Also where the configuration has a fault by now: the log must leave the file that was renamed.
    gateway.reopenAccessLog();
    void reload();
  });
  try {
    await starting;
  } catch (error) {
    // It was stopped before it had joined: an ordinary end, not a failure.
    if (stop.signal.aborted) return;
    throw error;
  }
  announce(config, gateway);
}

function takePlace(
  { joinKey }: CommandLine,
  config: Config,
  log: Log,
  signal: AbortSignal,
  workers: WorkerPool | undefined,
): Promise<Fleet> {
  const { controlPlane, stateDir, staleMaxMs } = config;
  const name = nameOf(config);
  const softwareVersion = packageJson.version;
  return startFleet({
    ...{ controlPlane, joinKey, stateDir, staleMaxMs, name, softwareVersion, log, signal },
    hostname: hostname(),
    proxy: findForwardProxy(controlPlane, process.env),
    transparencyLogKey: config.transparencyLogKey ?? undefined,
    workers,
  });
}

function nameOf({ name }: Config): string {
  return name ?? hostname();
}

/** Printed for the person at the terminal, not logged; beside an access log on standard output, to stderr. */
function announce({ routes, tls, accessLog }: Config, { address, adminAddress }: Gateway): void {
  const scheme = tls ? 'https' : 'http';
  const upstreams = new Set(
    routes.flatMap((route) => upstreamsOf(route).map(({ origin }) => origin)),
  );
  const passes = upstreams.size > 0 ? `, in front of ${[...upstreams].join(', ')}` : '';
  const output = accessLog?.file === STANDARD_OUTPUT ? process.stderr : process.stdout;
  output.write(
    `\nThe gateway is ready at ${scheme}://${formatAddress(address)}${passes}\n` +
      `Health and metrics: http://${formatAddress(adminAddress)}\n\n`,
  );
}

function endOnSignals(gateway: Gateway, stop: AbortController, log: Log): void {
  let ending = false;
  const end = async (reason: string) => {
    if (ending) return;
    ending = true;
    log.info({ reason }, 'stopping');
    stop.abort();
    try {
      await gateway.close();
      process.exit(0);
    } catch (error) {
      log.error({ err: error }, 'shutdown failed');
      process.exit(1);
    }
  };
  process.on('SIGTERM', () => void end('SIGTERM'));
  process.on('SIGINT', () => void end('SIGINT'));
}

function isListenError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && error.syscall === 'listen';
}
