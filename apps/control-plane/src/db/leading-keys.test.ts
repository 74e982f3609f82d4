import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { join } from '../testing/join.ts';
import { makeKey } from '../testing/keys.ts';
import { defaultWorkspace, startOrganization } from '../testing/start-organization.ts';

const MIGRATIONS = [
  '0025_leading_keys.sql',
  '0027_changed_access.sql',
  '0068_changed_settings.sql',
];

it('marks the keys of which something is left that they created or changed', async () => {
  const { app, owner, query } = await startOrganization();
  const make = () => makeKey(app, owner, { profile: 'organization' });
  const [creator, inviter, host, fleet, rotator, editor, above, promoter, setter, idle] =
    await Promise.all(Array.from({ length: 10 }, make));
  if (!creator || !inviter || !host || !fleet || !rotator || !editor || !above) return;
  if (!promoter || !setter || !idle) return;
  const child = await makeKey(app, creator.client);
  const { memberId } = await join(app, inviter.client, 'Alan', 'role_viewer');
  const roleId = 'role_admin';
  expect((await promoter.client.patch(`/v1/members/${memberId}`, { roleId })).status).toBe(200);
  const scope = { name: 'invoices.read', description: '' };
  expect((await setter.client.post('/v1/api-scopes', scope)).status).toBe(201);
  const body = { email: 'open@example.com', roleId: 'role_viewer' };
  expect((await host.client.post('/v1/invitations', body)).status).toBe(201);
  const workspaceId = await defaultWorkspace(owner);
  expect((await fleet.client.post('/v1/join-keys', { workspaceId })).status).toBe(201);
  expect((await rotator.client.post(`/v1/api-keys/${child.id}/rotate`, {})).status).toBe(200);
  const allowedIps = ['127.0.0.1'];
  const edit = await editor.client.patch(`/v1/api-keys/${child.id}`, { allowedIps });
  expect(edit.status).toBe(200);
  const between = await makeKey(app, above.client, { profile: 'organization' });
  await makeKey(app, between.client);
  expect((await owner.delete(`/v1/api-keys/${between.id}`)).status).toBe(204);
  const leading = async () =>
    (await query<{ id: string }>('select id from api_key where leads_on'))
      .map(({ id }) => id)
      .sort();
  const keys = [creator, inviter, host, fleet, rotator, editor, above, promoter, setter]
    .map(({ id }) => id)
    .sort();
  expect(await leading()).toEqual(keys);
  await query('update api_key set leads_on = false');

  const fills = MIGRATIONS.flatMap((name) =>
    readFileSync(new URL(`./migrations/${name}`, import.meta.url), 'utf8')
      .split('--> statement-breakpoint\n')
      .filter((each) => each.startsWith('UPDATE')),
  );
  expect(fills).toHaveLength(MIGRATIONS.length);
  for (const text of fills) await query(text);

  expect(await leading()).toEqual(keys);
});
