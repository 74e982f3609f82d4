import { expect, it } from 'vitest';
import { makeKey } from '../../testing/keys.ts';
import { addMember, claimedOrganization } from '../../testing/people.ts';
import { startOrganization } from '../../testing/start-organization.ts';

it('stays revoked, though its owner disabled it before and an admin disables it after', async () => {
  const { app, owner } = await startOrganization();
  const { organizationId } = await claimedOrganization(app);
  const person = await addMember(app, organizationId, 'developer');
  const key = await makeKey(app, person.client, { profile: 'read-only' });
  const path = `/v1/api-keys/${key.id}`;
  for (const verb of ['disable', 'revoke']) {
    expect((await person.client.post(`${path}/${verb}`)).status).toBe(200);
  }
  for (const verb of ['disable', 'enable']) {
    expect([verb, (await owner.post(`${path}/${verb}`)).status]).toEqual([verb, 409]);
  }
  const bulk = await owner.post('/v1/api-keys/disable', { ids: [key.id] });
  expect(bulk.body).toMatchObject({ results: [{ error: { code: 'invalid_state' } }] });
  expect((await owner.get(path)).body).toMatchObject({ status: 'revoked' });
});
