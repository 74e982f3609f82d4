import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../apps/control-plane/src/testing/client.ts';
import {
  claimServer,
  SETUP_TOKEN,
  withKey,
} from '../../apps/control-plane/src/testing/test-app.ts';
import { until } from '../../apps/gateway/src/testing/until.ts';
import { makeFolder } from './child-process.ts';
import { type ControlPlane, spawnControlPlane, startControlPlane } from './control-plane.ts';
import { change, createKey } from './keys.ts';
import { isAlive, postmasterOf } from './postmaster.ts';

describe('a control plane that runs', () => {
  let first: ControlPlane;

  beforeAll(async () => {
    first = await startControlPlane();
  });

  it('refuses a second one on the same data folder in one sentence, and serves on', async () => {
    const second = await spawnControlPlane({ dataDir: first.dataDir });

    expect(await second.exited).toEqual({ code: 1, signal: null });
    expect(second.stderr()).toMatch(
      new RegExp(`^The data folder "${first.dataDir}" is in use by another Tollkeeper process `),
    );
    expect(second.stderr()).toContain(`(pid ${first.pid}, started `);
    expect(second.stderr()).toContain(`serving ${first.baseUrl})`);
    expect(second.stderr()).toContain('set DATABASE_URL to a PostgreSQL server');
    expect(second.stderr().trim().split('\n')).toHaveLength(1);
    expect((await fetch(`${first.baseUrl}/readyz`)).status).toBe(200);
  });

  it('ends with its PostgreSQL, saying so, instead of answering without it', async () => {
    // Before that it is still starting, and says what kept it from that.
    await until('announced', () => linesOf(first, SETUP_TOKEN).length > 0);

    process.kill(postmasterOf(first.dataDir), 'SIGQUIT');

    expect(await first.exited).toEqual({ code: 1, signal: null });
    expect(first.stdout()).toContain('The embedded PostgreSQL ended by itself');
  });
});

describe('a control plane in an empty folder', () => {
  let first: ControlPlane;
  let second: ControlPlane;
  let owner: Client;

  beforeAll(async () => {
    first = await startControlPlane({ dataDir: await makeFolder() });
  });

  it('prints the link that claims it while nobody owns it, for a person and not in the log', async () => {
    await until('announced', () => linesOf(first, SETUP_TOKEN).length > 0);
    expect(linesOf(first, SETUP_TOKEN)).toEqual([
      `Nobody owns it yet. Claim it once, here: ${first.baseUrl}/setup#token=${SETUP_TOKEN}`,
    ]);
    owner = await claimServer(first);
  });

  it('keeps everything when it is killed, takes its PostgreSQL along, and starts again', async () => {
    const [kept, disabled] = [await createKey(owner), await createKey(owner, 'disabled')];
    await change(owner, disabled, 'disable');
    const postmaster = postmasterOf(first.dataDir);

    first.signal('SIGKILL');
    await first.exited;
    await until('PostgreSQL has ended', () => !isAlive(postmaster));

    const startedAt = performance.now();
    second = await startControlPlane({ dataDir: first.dataDir });
    console.log(`From the second start to ready: ${Math.round(performance.now() - startedAt)} ms`);
    expect((await withKey(second, kept.secret).get('/v1/whoami')).status).toBe(200);
    const { problem } = await withKey(second, disabled.secret).get('/v1/whoami');
    expect(problem.code).toBe('disabled');
  });

  it('prints no link once somebody owns it, and ends when it is asked to', async () => {
    await until('announced', () => second.stdout().includes('Tollkeeper is ready'));
    expect(await second.stop()).toEqual({ code: 0, signal: null });
    expect(second.stdout()).not.toContain('#token=');
    expect(linesOf(first, SETUP_TOKEN)).toHaveLength(1);
    expect(first.stderr()).not.toContain(SETUP_TOKEN);
    const log = readFileSync(join(first.dataDir, 'postgres/run/postgres.log'), 'utf8');
    expect(log).not.toContain(SETUP_TOKEN);
  });
});

function linesOf(controlPlane: ControlPlane, text: string): string[] {
  return controlPlane
    .stdout()
    .split('\n')
    .filter((line) => line.includes(text));
}
