import type { Identity } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { inOrganization } from '../../testing/join.ts';
import { makeKey } from '../../testing/keys.ts';
import {
  addMember,
  addOrganization,
  type Organization,
  type Person,
} from '../../testing/people.ts';
import { startOrganization, type TestOrganization } from '../../testing/start-organization.ts';

let app: TestOrganization['app'];
let query: TestOrganization['query'];
let home: Organization;
let person: Person;

beforeAll(async () => {
  ({ app, query } = await startOrganization());
  home = await addOrganization(app, 'Home');
  person = await addMember(app, home.organizationId, 'developer');
});

async function organizationsOf({ client }: Pick<Person, 'client'>): Promise<string[]> {
  const { body } = await client.get<Identity>('/v1/whoami');
  return body.organizations.map(({ name }) => name);
}

describe('a session', () => {
  it('lists every organization that its user belongs to, and no other', async () => {
    const second = await addOrganization(app, 'Second');
    await addMember(app, second.organizationId, 'viewer', person);
    expect(await organizationsOf(person)).toEqual(['Home', 'Second']);
    expect(await organizationsOf(home.owner)).toEqual(['Home']);
  });

  it('does not list an organization that removed its person', async () => {
    const former = await addOrganization(app, 'Former');
    const { memberId } = await addMember(app, former.organizationId, 'viewer', person);
    await query(`update member set status = 'removed' where id = $1`, [memberId]);
    expect(await organizationsOf(person)).not.toContain('Former');
  });

  it('does not list an organization that was deleted', async () => {
    const deleted = await addOrganization(app, 'Deleted');
    await addMember(app, deleted.organizationId, 'viewer', person);
    await query('update organization set deleted_at = now() where id = $1', [
      deleted.organizationId,
    ]);
    expect(await organizationsOf(person)).not.toContain('Deleted');
  });
});

it('shows a key itself and its owner, and no other key or member', async () => {
  await makeKey(app, home.owner.client, { name: 'of the owner', profile: 'read-only' });
  const client = inOrganization(app, person.client, home.organizationId);
  const keys = [];
  for (const name of ['first', 'second']) {
    keys.push(await makeKey(app, client, { name, profile: 'read-only' }));
  }
  for (const [at, { secret, id, name }] of keys.entries()) {
    const answer = await fetch(`${app.baseUrl}/v1/whoami`, { headers: { 'x-api-key': secret } });
    expect([at, await answer.json()]).toMatchObject([
      at,
      {
        key: { id, name },
        member: { id: person.memberId, email: person.email },
        organization: { id: home.organizationId },
        organizations: [],
      },
    ]);
  }
});
