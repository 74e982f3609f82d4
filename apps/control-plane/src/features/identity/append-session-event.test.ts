import { expect, it } from 'vitest';
import { addMember, addOrganization } from '../../testing/people.ts';
import { startOrganization } from '../../testing/start-organization.ts';

it('writes down a sign-out in each organization of the person, and in no other', async () => {
  const { app, query } = await startOrganization();
  const [home, second, former, deleted] = [
    await addOrganization(app, 'Home'),
    await addOrganization(app, 'Second'),
    await addOrganization(app, 'Former'),
    await addOrganization(app, 'Deleted'),
  ];
  const person = await addMember(app, home.organizationId, 'viewer');
  for (const { organizationId } of [second, former, deleted]) {
    await addMember(app, organizationId, 'viewer', person);
  }
  await query(`update member set status = 'removed' where organization_id = $1 and user_id = $2`, [
    former.organizationId,
    person.userId,
  ]);
  await query('update organization set deleted_at = now() where id = $1', [deleted.organizationId]);

  expect((await person.client.post('/api/auth/sign-out')).status).toBe(200);

  const events = await query<{ name: string }>(
    `select organization.name from audit_event
     join organization on organization.id = audit_event.organization_id
     where action = 'session.sign_out' order by 1`,
  );
  expect(events.map(({ name }) => name)).toEqual(['Home', 'Second']);
});
