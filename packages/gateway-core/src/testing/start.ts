import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Fleet } from '../fleet.ts';
import type { FleetOptions } from '../fleet-options.ts';
import type { Log } from '../log.ts';
import { startFleet } from '../start-fleet.ts';

/** For tests: a path for a state folder, which goes when the test is over. */
export async function makeStateDir(): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'tollkeeper-'));
  onTestFinished(() => rm(parent, { recursive: true, force: true }));
  return join(parent, 'state');
}

/** For tests: what an instance said, as `level message`. */
export interface TestLog extends Log {
  readonly lines: string[];
}

export function createTestLog(): TestLog {
  const lines: string[] = [];
  const say = (level: string) => (_: object, message: string) =>
    void lines.push(`${level} ${message}`);
  return { lines, debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };
}

export const OPTIONS = {
  joinKey: 'tk_join_of_a_test',
  name: 'edge-1',
  softwareVersion: '0.1.0',
  hostname: 'edge-1.example.com',
  staleMaxMs: null,
} as const;

type Given = Pick<FleetOptions, 'controlPlane' | 'stateDir'> & Partial<FleetOptions>;

/** For tests: an instance that ends with the test. It tries again at once. */
export async function start(options: Given): Promise<Fleet> {
  const fleet = await startFleet({
    ...OPTIONS,
    log: createTestLog(),
    random: () => 0,
    ...options,
  });
  onTestFinished(() => fleet.close());
  return fleet;
}
