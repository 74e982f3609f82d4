import { expect, it } from 'vitest';
import { makeKey } from '../../testing/keys.ts';
import { addMember, claimedOrganization } from '../../testing/people.ts';
import { startOrganization } from '../../testing/start-organization.ts';

it('leaves the keys of everybody else when a member is removed', async () => {
  const { app, owner, query } = await startOrganization();
  const { organizationId } = await claimedOrganization(app);
  const [one, other] = [
    await addMember(app, organizationId, 'developer'),
    await addMember(app, organizationId, 'developer'),
  ];
  for (const [client, name] of [
    [owner, 'of the owner'],
    [one.client, 'of one'],
    [other.client, 'of the other'],
  ] as const) {
    await makeKey(app, client, { name, profile: 'read-only' });
  }
  expect((await owner.delete(`/v1/members/${one.memberId}`)).status).toBeLessThan(300);
  const rows = await query<{ name: string }>(
    `select name from api_key where status = 'active' order by name`,
  );
  expect(rows.map(({ name }) => name)).toEqual(['of the other', 'of the owner']);
});
