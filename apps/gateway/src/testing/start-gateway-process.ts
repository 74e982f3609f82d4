import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Address } from '../config/address.ts';
import type { Limits } from '../config/config.ts';
import { closeLater } from './close-later.ts';

/** What a gateway in a process of its own reports. */
export interface GatewayReport {
  /** Secret of a key that it accepts. */
  readonly secret: string;
  readonly address: Address;
  readonly adminAddress: Address;
  readonly maxRssKiB: number;
}

export interface GatewayProcess extends GatewayReport {
  /** Its current report. */
  ask(): Promise<GatewayReport>;
  hasEnded(): boolean;
}

/** For tests: ends with the test. @param others upstreams of further routes, by path */
export async function startGatewayProcess(
  upstreamUrl: string,
  limits: Partial<Limits> = {},
  others: Readonly<Record<string, string>> = {},
): Promise<GatewayProcess> {
  const options = JSON.stringify({ limits, others });
  const child = forkLater('./gateway-process.ts', [upstreamUrl, options]);
  const report = await nextMessage<GatewayReport>(child);
  return {
    ...report,
    ask() {
      child.send('now');
      return nextMessage(child);
    },
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
  };
}

/** A process from a file beside this one, killed when the test ends. */
export function forkLater(file: string, args: readonly string[]): ChildProcess {
  const path = fileURLToPath(new URL(file, import.meta.url));
  // Without the options of the tests' own process, which give it more memory.
  const child = fork(path, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [] });
  closeLater(async () => child.kill('SIGKILL'));
  return child;
}

export async function nextMessage<T>(child: ChildProcess): Promise<T> {
  const [message] = await once(child, 'message');
  return message;
}
