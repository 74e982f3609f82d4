import { beforeAll, expect, it } from 'vitest';
import { inOrganization } from '../testing/join.ts';
import { addMember, addOrganization, type Person } from '../testing/people.ts';
import { startOrganization, type TestOrganization } from '../testing/start-organization.ts';

let app: TestOrganization['app'];
let query: TestOrganization['query'];
let person: Person;

beforeAll(async () => {
  ({ app, query } = await startOrganization());
  const { organizationId } = await addOrganization(app, 'Home');
  person = await addMember(app, organizationId, 'admin');
});

async function enter(organizationId: string) {
  const answer = await inOrganization(app, person.client, organizationId).get('/v1/organization');
  return [answer.status, answer.problem.code];
}

it('keeps a session out of an organization that removed its person', async () => {
  const { organizationId } = await addOrganization(app, 'Former');
  const { memberId } = await addMember(app, organizationId, 'admin', person);
  expect((await enter(organizationId))[0]).toBe(200);
  await query(`update member set status = 'removed' where id = $1`, [memberId]);
  expect(await enter(organizationId)).toEqual([404, 'not_found']);
});

it('keeps a session out of an organization that was deleted', async () => {
  const { organizationId } = await addOrganization(app, 'Deleted');
  await addMember(app, organizationId, 'admin', person);
  await query('update organization set deleted_at = now() where id = $1', [organizationId]);
  expect(await enter(organizationId)).toEqual([404, 'not_found']);
  // Nor does the request have to name the one that is left.
  expect((await person.client.get('/v1/organization')).status).toBe(200);
});
