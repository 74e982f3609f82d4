import type { Fleet } from '@tollkeeper/gateway-core';
import type { Gateway } from './app.ts';
import type { Config } from './config/config.ts';
import { ConfigError } from './config/config-error.ts';
import type { Log } from './log.ts';

export interface Reloading {
  /** @throws ConfigError */
  readonly load: () => Promise<Config>;
  /** What the process runs with. */
  readonly running: Config;
  readonly gateway: Pick<Gateway, 'reload'>;
  readonly fleet: Pick<Fleet, 'report'>;
  readonly log: Log;
}

/** These are read once, at the start. `name` is not among them: the gateway has joined by it, for good. */
const READ_AT_START = [
  'listen',
  'admin',
  'stateDir',
  'workers',
  'staleMaxMs',
  'transparencyLogKey',
  'controlPlane',
] as const;

const NAME_STAYS =
  'the changed name has no effect: rename the gateway with "tollkeeper gateways update"';

/**
 * Reads the configuration again. One that cannot be used changes nothing: the fault goes into the
 * log and to the control plane, and stands there until a good one is read.
 */
export function createReload({
  load,
  running,
  gateway,
  fleet,
  log,
}: Reloading): () => Promise<void> {
  const reload = async () => {
    try {
      const config = await load();
      const settings: string[] = READ_AT_START.filter(
        (name) => !isSame(config[name], running[name]),
      );
      if (config.limits.headBytesMax !== running.limits.headBytesMax) {
        settings.push('limits.headBytesMax');
      }
      if (isSame(config.tls === null, running.tls === null)) gateway.reload(config);
      else throw new ConfigError(['TLS can be turned on or off by a restart only']);
      fleet.report(null);
      log.info({}, 'the configuration was read again');
      if (settings.length > 0) log.warn({ settings }, 'these changed settings need a restart');
      if (config.name !== running.name) log.warn({ name: config.name }, NAME_STAYS);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const details = error instanceof ConfigError ? { reason } : { err: error };
      log.error(details, 'the configuration was not changed');
      fleet.report(`The configuration that was read last is not in force. ${reason}`);
    }
  };
  let last = Promise.resolve();
  return () => {
    // One after another, so that the newest file is the one that stays.
    last = last.then(reload);
    return last;
  };
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
