import { expect, it } from 'vitest';
import { makeJoinKey } from '../../testing/fleet.ts';
import { makeKey } from '../../testing/keys.ts';
import { startOrganization } from '../../testing/start-organization.ts';

it('takes nothing along that the key did not create', async () => {
  const { app, owner, query } = await startOrganization();
  const invite = (client: typeof owner, name: string) =>
    client.post('/v1/invitations', { email: `${name}@example.com`, roleId: 'role_viewer' });
  const root = await makeKey(app, owner, { profile: 'organization' });
  const other = await makeKey(app, owner, { profile: 'organization' });
  for (const [client, name] of [
    [owner, 'session'],
    [other.client, 'other'],
    [root.client, 'root'],
  ] as const) {
    await makeKey(app, client, { name, profile: 'read-only' });
    await makeJoinKey(client, { name });
    expect((await invite(client, name)).status).toBe(201);
  }
  const revoked = await owner.post(`/v1/api-keys/${root.id}/revoke`, { cascade: true });
  expect(revoked.status).toBe(200);

  const names = async (text: string) =>
    (await query<{ name: string }>(text)).map(({ name }) => name);
  const keys = `select name from api_key where status = 'active' and profile = 'read-only' order by 1`;
  expect(await names(keys)).toEqual(['other', 'session']);
  expect(await names('select name from join_key order by 1')).toEqual(['other', 'session']);
  expect(await names('select email as name from invitation order by 1')).toEqual([
    'other@example.com',
    'session@example.com',
  ]);
});
