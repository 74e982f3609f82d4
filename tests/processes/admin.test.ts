import { PassThrough, Readable } from 'node:stream';
import type { Identity } from '@tollkeeper/contract';
import { beforeAll, expect, it } from 'vitest';
import { runCommand } from '../../apps/control-plane/src/admin/run-command.ts';
import { borrowEmbeddedPostgres } from '../../apps/control-plane/src/db/embedded/index.ts';
import { type Client, createClient } from '../../apps/control-plane/src/testing/client.ts';
import { join } from '../../apps/control-plane/src/testing/join.ts';
import { claimServer, OWNER } from '../../apps/control-plane/src/testing/test-app.ts';
import { type ControlPlane, environment, startControlPlane } from './control-plane.ts';
import { connectTo } from './pair.ts';

let controlPlane: ControlPlane;
let owner: Client;

beforeAll(async () => {
  controlPlane = await startControlPlane();
  owner = await claimServer(controlPlane);
});

it('gives an organization to another member when its owner is gone, and writes it down', async () => {
  const { dataDir } = controlPlane;
  const eve = await join(controlPlane, owner, 'Eve', 'role_viewer');
  const transfer = (to: string, ...options: string[]) =>
    admin(dataDir, 'transfer-ownership', '--to', to, '--json', ...options);

  expect(await transfer('nobody@example.com')).toMatchObject({ code: 5, stdout: '' });
  expect(await transfer(OWNER.email)).toMatchObject({ code: 6, stdout: '' });
  expect(await transfer('eve@example.com')).toMatchObject({
    code: 6,
    stderr: expect.stringContaining('--confirm-address'),
  });
  expect(await transfer(eve.memberId)).toMatchObject({ code: 6 });
  expect(await transfer('eve@example.com', '--confirm-address')).toMatchObject({ code: 0 });
  expect((await eve.client.get<Identity>('/v1/whoami')).body.member.roleId).toBe('role_owner');
  expect((await owner.get<Identity>('/v1/whoami')).body.member.roleId).toBe('role_admin');

  const database = await borrowEmbeddedPostgres({ dataDir, log: () => undefined });
  const query = connectTo({ ...database.connection, ssl: false });
  const events = await query(
    `select actor from audit_event where action = 'organization.transfer'`,
  );
  await database.stop();
  expect(events).toEqual([{ actor: { type: 'operator' } }]);
});

it('makes another organization for somebody who has an account, who then names one of the two', async () => {
  const { dataDir } = controlPlane;
  const create = (email: string) =>
    admin(dataDir, 'create-organization', 'Acme', '--owner', email, '--json');

  expect(await create('nobody@example.com')).toMatchObject({ code: 5, stdout: '' });
  expect(await admin(dataDir, 'create-organization', 'Acme')).toMatchObject({ code: 2 });
  const created = await create(OWNER.email);
  expect(created).toMatchObject({ code: 0, stderr: '' });
  const { organizationId, slug } = JSON.parse(created.stdout);
  expect(slug).toMatch(/^acme-.{5}$/);

  const { body } = await owner.get<Identity>('/v1/whoami');
  expect(body.organizations.map(({ id }) => id)).toEqual([body.organization.id, organizationId]);
  expect((await owner.get('/v1/api-keys')).status).toBe(400);
  const headers = { 'x-organization-id': organizationId };
  const other = await owner.raw<Identity>('GET', '/v1/whoami', undefined, headers);
  expect(other.body.member.roleId).toBe('role_owner');

  const { email } = await join(
    controlPlane,
    createClient(controlPlane.baseUrl, { ...owner.headers, ...headers }),
    'Bob',
    'role_viewer',
  );
  expect(await create(email)).toMatchObject({
    code: 6,
    stdout: '',
    stderr: expect.stringContaining('--confirm-address'),
  });
  const confirmed = await admin(
    dataDir,
    ...['create-organization', 'Bob', '--owner', email, '--confirm-address', '--json'],
  );
  expect(confirmed).toMatchObject({ code: 0, stderr: '' });
});

it('sets the plan beside a running control plane and without one, and writes it down', async () => {
  const { dataDir } = controlPlane;
  const { body } = await owner.get<Identity>('/v1/whoami');
  const headers = { ...owner.headers, 'x-organization-id': body.organization.id };
  const member = createClient(controlPlane.baseUrl, headers);
  const setPlan = (plan: string, ...options: string[]) =>
    admin(dataDir, 'set-plan', plan, '--organization', 'acme', ...options);

  expect(await setPlan('pro')).toMatchObject({ code: 0, stderr: '' });
  expect((await member.get('/v1/organization')).body).toMatchObject({ plan: 'pro' });
  await controlPlane.stop();

  const alone = await setPlan('developer', '--json');
  expect(alone).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(alone.stdout)).toMatchObject({ plan: 'developer', before: 'pro' });
  expect(await setPlan('gold')).toMatchObject({ code: 2, stdout: '' });
  expect(await admin(dataDir, 'set-plan', 'pro', '--organization', 'nobody')).toMatchObject({
    code: 5,
    stdout: '',
  });

  const database = await borrowEmbeddedPostgres({ dataDir, log: () => undefined });
  const query = connectTo({ ...database.connection, ssl: false });
  const events = await query(
    `select actor, before, after from audit_event where action = 'organization.set_plan' order by sequence`,
  );
  expect(await query(`select plan from organization where slug = 'acme'`)).toEqual([
    { plan: 'developer' },
  ]);
  await database.stop();
  const actor = { type: 'operator' };
  expect(events).toMatchObject([
    { actor, before: { plan: 'free' }, after: { plan: 'pro' } },
    { actor, before: { plan: 'pro' }, after: { plan: 'developer' } },
  ]);
});

/** As the command does, without a process of its own: loading what it needs takes longer than all else. */
async function admin(dataDir: string, ...args: string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const env = environment(dataDir);
  const code = await runCommand(args, { env, stdin: Readable.from([]), stdout, stderr });
  return { code, stdout: read(stdout), stderr: read(stderr) };
}

function read(stream: PassThrough): string {
  return String(stream.read() ?? '');
}
