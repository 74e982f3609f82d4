import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { claimServer } from '../../apps/control-plane/src/testing/test-app.ts';
import {
  createEmptyDatabase,
  createTestDatabase,
} from '../../apps/control-plane/src/testing/test-database.ts';
import { buildControlPlane, builtAdmin } from '../../scripts/programs.mjs';
import { makeFolder, startNode } from './child-process.ts';
import { startControlPlane } from './control-plane.ts';
import { connectTo, urlOf } from './pair.ts';

beforeAll(buildControlPlane);

it('works on the server that runs, from any folder, and creates nothing there', async () => {
  const state = await makeFolder();
  const controlPlane = await startControlPlane({ env: { XDG_STATE_HOME: state } });
  await claimServer(controlPlane);
  const elsewhere = await makeFolder();

  const done = await admin(elsewhere, state, ['set-plan', 'pro']);

  expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining('plan pro') });
  expect(done.stderr).toContain(controlPlane.baseUrl);
  expect(await readdir(elsewhere)).toEqual([]);
  await controlPlane.stop();
  expect(await readdir(join(state, 'tollkeeper/servers'))).toEqual([]);
});

it('forgets a server that was killed, and asks for --data-dir instead of creating a database', async () => {
  const state = await makeFolder();
  const controlPlane = await startControlPlane({ env: { XDG_STATE_HOME: state } });
  await claimServer(controlPlane);
  controlPlane.signal('SIGKILL');
  await controlPlane.exited;
  const elsewhere = await makeFolder();

  const refused = await admin(elsewhere, state, ['set-plan', 'pro', '--json']);
  expect(refused).toMatchObject({ code: 5, stdout: '' });
  expect(JSON.parse(refused.stderr)).toMatchObject({
    code: 'server_not_found',
    message: expect.stringContaining('--data-dir'),
  });
  const missing = join(elsewhere, 'missing');
  expect(await admin(elsewhere, state, ['set-plan', 'pro', '--data-dir', missing])).toMatchObject({
    code: 5,
    stderr: expect.stringContaining(missing),
  });
  expect(await readdir(elsewhere)).toEqual([]);

  const named = ['set-plan', 'pro', '--data-dir', controlPlane.dataDir];
  expect(await admin(elsewhere, state, named)).toMatchObject({ code: 0 });
});

it('names the servers that could be meant, and changes none of them', async () => {
  const state = await makeFolder();
  const env = { XDG_STATE_HOME: state };
  const [one, other] = await Promise.all([startControlPlane({ env }), startControlPlane({ env })]);
  const elsewhere = await makeFolder();

  const refused = await admin(elsewhere, state, ['set-plan', 'pro']);

  expect(refused).toMatchObject({ code: 5, stdout: '' });
  expect(refused.stderr).toContain(one.dataDir);
  expect(refused.stderr).toContain(other.dataDir);
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

it('asks which server is meant where one of them keeps its data elsewhere', async () => {
  const state = await makeFolder();
  const env = { XDG_STATE_HOME: state };
  const database = await createTestDatabase();
  const [one, other] = await Promise.all([
    startControlPlane({ env }),
    startControlPlane({ env, databaseUrl: urlOf(database) }),
  ]);

  const refused = await admin(await makeFolder(), state, ['set-plan', 'pro']);

  expect(refused).toMatchObject({ code: 5, stdout: '' });
  expect(refused.stderr).toContain(`${one.dataDir} (${one.baseUrl})`);
  expect(refused.stderr).toContain(`with DATABASE_URL (${other.baseUrl})`);
  expect(refused.stderr).toContain('--data-dir');
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
