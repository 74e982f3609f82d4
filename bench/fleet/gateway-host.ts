/**
 * A child process with many gateways' places in the fleet, each with a connection and keys of its
 * own. Given a secret, it says for each of them when it was first accepted and when refused.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Fleet, startFleet } from '@tollkeeper/gateway-core';
import { decide } from '@tollkeeper/verify';

export interface HostOrder {
  readonly secret: string;
  readonly accepted: boolean;
}
/** Milliseconds since 1970, with fractions, for each gateway. */
export interface HostAnswer {
  readonly at: readonly number[];
}

const POLL_MS = 1;
const [controlPlane = '', joinKey = '', count = '0'] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'tollkeeper-fleet-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
process.once('disconnect', () => process.exit(0));

const quiet = () => undefined;
const fleets: Fleet[] = await Promise.all(
  Array.from({ length: Number(count) }, (_, number) =>
    startFleet({
      controlPlane,
      joinKey,
      stateDir: join(folder, String(number)),
      name: `edge-${number}`,
      softwareVersion: 'bench',
      hostname: `edge-${number}-${randomBytes(4).toString('hex')}`,
      staleMaxMs: null,
      log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    }),
  ),
);
process.on('message', async (order: HostOrder) => process.send?.(await watch(order)));
process.send?.({ at: [] } satisfies HostAnswer);

/** Looks as often as timers allow; what it adds is part of what is measured. */
async function watch({ secret, accepted }: HostOrder): Promise<HostAnswer> {
  const at = new Map<Fleet, number>();
  while (at.size < fleets.length) {
    for (const fleet of fleets) {
      if (!at.has(fleet) && isAccepted(fleet, secret) === accepted) at.set(fleet, epochMs());
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return { at: [...at.values()] };
}

function isAccepted(fleet: Fleet, secret: string): boolean {
  const keys = fleet.keys();
  if (typeof keys === 'string') return false;
  return decide(keys.index, { secret, ip: '127.0.0.1' }, Date.now()).code === 'valid';
}

function epochMs(): number {
  return performance.timeOrigin + performance.now();
}
