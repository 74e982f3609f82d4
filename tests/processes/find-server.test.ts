import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { claimServer } from '../../apps/control-plane/src/testing/test-app.ts';
import {
  createEmptyDatabase,
  createTestDatabase,
} from '../../apps/control-plane/src/testing/test-database.ts';
import { buildControlPlane, builtAdmin } from '../../scripts/programs.mjs';
import { makeFolder, startNode } from './child-process.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { connectTo, urlOf } from './pair.ts';

beforeAll(buildControlPlane);

describe('the servers of one person, one after the other', () => {
  let state: string;
  let elsewhere: string;
  let one: ControlPlane;
  let other: ControlPlane;
  const records = () => readdir(join(state, 'tollkeeper/servers'));
  const start = (databaseUrl?: string) =>
    startControlPlane({ env: { XDG_STATE_HOME: state }, ...(databaseUrl ? { databaseUrl } : {}) });

  beforeAll(async () => {
    [state, elsewhere] = await Promise.all([makeFolder(), makeFolder()]);
    one = await start();
    await claimServer(one);
  });

  it('works on the one that runs, from any folder, and creates nothing there', async () => {
    const done = await admin(elsewhere, state, ['set-plan', 'pro']);

    expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining('plan pro') });
    expect(done.stderr).toContain(one.baseUrl);
    expect(await readdir(elsewhere)).toEqual([]);
  });

  it('names those that could be meant, and changes none of them', async () => {
    other = await start();

    const refused = await admin(elsewhere, state, ['set-plan', 'pro']);

    expect(refused).toMatchObject({ code: 5, stdout: '' });
    expect(refused.stderr).toContain(one.dataDir);
    expect(refused.stderr).toContain(other.dataDir);
  });

  it('asks which is meant where one of them keeps its data elsewhere', async () => {
    await other.stop();
    expect((await records()).filter((name) => name.endsWith('.json'))).toHaveLength(1);
    other = await start(urlOf(await createTestDatabase()));

    const refused = await admin(elsewhere, state, ['set-plan', 'pro']);

    expect(refused).toMatchObject({ code: 5, stdout: '' });
    expect(refused.stderr).toContain(`${one.dataDir} (${one.baseUrl})`);
    expect(refused.stderr).toContain(`with DATABASE_URL (${other.baseUrl})`);
    expect(refused.stderr).toContain('--data-dir');
  });

  it('forgets one that was killed, and asks for --data-dir instead of creating a database', async () => {
    await other.stop();
    one.signal('SIGKILL');
    await one.exited;

    const refused = await admin(elsewhere, state, ['set-plan', 'pro', '--json']);
    expect(refused).toMatchObject({ code: 5, stdout: '' });
    expect(JSON.parse(refused.stderr)).toMatchObject({
      code: 'server_not_found',
      message: expect.stringContaining('--data-dir'),
    });
    expect(await records()).toEqual([]);
    const missing = join(elsewhere, 'missing');
    const unknown = ['set-plan', 'pro', '--data-dir', missing];
    expect(await admin(elsewhere, state, unknown)).toMatchObject({
      code: 5,
      stderr: expect.stringContaining(missing),
    });
    expect(await readdir(elsewhere)).toEqual([]);

    const named = ['set-plan', 'pro', '--data-dir', one.dataDir];
    expect(await admin(elsewhere, state, named)).toMatchObject({ code: 0 });
  });
});

it('records a server before it answers', async () => {
  const file = join(await makeFolder(), 'state');
  await writeFile(file, '');
  // No folder can be made in there, so that the server says when it tries.
  const { stdout, stop } = await startControlPlane({ env: { XDG_STATE_HOME: file } });

  await stop();

  const order = stdout().matchAll(/cannot record this server|Tollkeeper is ready/g);
  expect([...order].map(([text]) => text)).toEqual([
    'cannot record this server',
    'Tollkeeper is ready',
  ]);
});

it('leaves a data folder without a database as it is', async () => {
  const folder = await makeFolder();
  await mkdir(join(folder, 'data'));

  expect(await admin(folder, folder, ['set-plan', 'pro'])).toMatchObject({ code: 5 });

  expect(await readdir(join(folder, 'data'))).toEqual([]);
});

it('leaves an empty database of DATABASE_URL empty', async () => {
  const database = await createEmptyDatabase();
  const folder = await makeFolder();

  const refused = await admin(folder, folder, ['set-plan', 'pro'], {
    DATABASE_URL: urlOf(database),
  });

  expect(refused).toMatchObject({ code: 5, stderr: expect.stringContaining('no Tollkeeper data') });
  const schemas = "select 1 from pg_namespace where nspname = 'drizzle'";
  expect(await connectTo(database)(schemas)).toEqual([]);
});

async function admin(cwd: string, state: string, args: readonly string[], more = {}) {
  const env = { PATH: process.env.PATH ?? '', XDG_STATE_HOME: state, ...more };
  const command = startNode([builtAdmin, ...args], env, cwd);
  const { code } = await command.exited;
  return { code, stdout: command.stdout(), stderr: command.stderr() };
}
