import { beforeAll, describe, expect, it } from 'vitest';
import { addMember, addOrganization, type Person } from '../../testing/people.ts';
import { startOrganization, type TestOrganization } from '../../testing/start-organization.ts';

let app: TestOrganization['app'];
let query: TestOrganization['query'];
let person: Person;

/** Every other organization takes sessions from anywhere, those of strangers included. */
beforeAll(async () => {
  ({ app, query } = await startOrganization());
  const home = await addOrganization(app, 'Home');
  person = await addMember(app, home.organizationId, 'admin');
  await query('update organization set allowed_ips = $2 where id = $1', [
    home.organizationId,
    ['10.0.0.0/8'],
  ]);
});

async function statusOfPasskeys(): Promise<number> {
  return (await person.client.get('/api/auth/passkey/list-user-passkeys')).status;
}

describe('a session that its organization refuses', () => {
  it('is refused, whatever organizations of others accept', async () => {
    expect(await statusOfPasskeys()).toBe(403);
  });

  it('does not learn whose it is', async () => {
    const answer = await person.client.get('/api/auth/get-session');
    expect(JSON.stringify(answer.body)).not.toContain(person.email);
    expect(JSON.stringify(answer.body)).not.toContain(person.userId);
  });

  it('is not accepted by an organization that removed its person', async () => {
    const { organizationId } = await addOrganization(app, 'Former');
    const { memberId } = await addMember(app, organizationId, 'viewer', person);
    await query(`update member set status = 'removed' where id = $1`, [memberId]);
    expect(await statusOfPasskeys()).toBe(403);
  });

  it('is not accepted by an organization that was deleted', async () => {
    const { organizationId } = await addOrganization(app, 'Deleted');
    await addMember(app, organizationId, 'viewer', person);
    await query('update organization set deleted_at = now() where id = $1', [organizationId]);
    expect(await statusOfPasskeys()).toBe(403);
  });

  it('is accepted once another organization of its person does', async () => {
    const { organizationId } = await addOrganization(app, 'Second');
    const { memberId } = await addMember(app, organizationId, 'viewer', person);
    expect(await statusOfPasskeys()).toBe(200);
    await query(`update member set status = 'suspended' where id = $1`, [memberId]);
    expect(await statusOfPasskeys()).toBe(403);
  });
});
