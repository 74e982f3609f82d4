import { expect, it } from 'vitest';
import type { Config } from './config/config.ts';
import { ConfigError } from './config/config-error.ts';
import { createLog } from './log.ts';
import { createReload } from './reload.ts';
import { testConfig } from './testing/test-config.ts';

const running = await testConfig('http://127.0.0.1:9');

/** The lines of the log, without their time, and what is reported to the control plane. */
async function reload(load: () => Promise<Config>) {
  const lines: Record<string, unknown>[] = [];
  const log = createLog('info', {
    write: (line) => {
      const { time: _, ...rest } = JSON.parse(line);
      lines.push(rest);
    },
  });
  const faults: (string | null)[] = [];
  const fleet = { report: (fault: string | null) => void faults.push(fault) };
  const gateway = { reload: () => undefined };
  await createReload({ load, running, gateway, fleet, log })();
  return { lines, faults };
}

const READ = { level: 'info', msg: 'the configuration was read again' };

it('names only changed settings that need a restart', async () => {
  expect(await reload(async () => running)).toEqual({ lines: [READ], faults: [null] });
  const limits = { ...running.limits, headBytesMax: 2048 };
  const { lines } = await reload(async () => ({ ...running, workers: 3, limits }));
  expect(lines).toEqual([
    READ,
    {
      ...{ level: 'warn', msg: 'these changed settings need a restart' },
      settings: ['workers', 'limits.headBytesMax'],
    },
  ]);
});

it('says that a changed name has no effect, and how to rename the gateway', async () => {
  const { lines } = await reload(async () => ({ ...running, name: 'edge-2' }));
  expect(lines).toEqual([
    READ,
    { level: 'warn', name: 'edge-2', msg: expect.stringContaining('tollkeeper gateways update') },
  ]);
});

it('logs and reports the error of a file without the stack of the program', async () => {
  const { lines, faults } = await reload(async () => {
    throw new ConfigError(['gateway.yaml:1:1: "lisen" is not known here']);
  });
  expect(lines).toEqual([
    {
      ...{ level: 'error', msg: 'the configuration was not changed' },
      reason: expect.stringContaining('gateway.yaml:1:1: "lisen"'),
    },
  ]);
  expect(faults).toEqual([expect.stringContaining('gateway.yaml:1:1: "lisen"')]);
});
