import { beforeAll, expect, it } from 'vitest';
import { addMember, addOrganization, type Organization } from '../../testing/people.ts';
import { startOrganization, type TestOrganization } from '../../testing/start-organization.ts';
import { transferByOperator } from './transfer-organization.ts';

let app: TestOrganization['app'];
let query: TestOrganization['query'];
let one: Organization;
let other: Organization;

beforeAll(async () => {
  ({ app, query } = await startOrganization());
  [one, other] = [await addOrganization(app, 'One'), await addOrganization(app, 'Other')];
});

function transfer(organizationId: string | undefined, member: string) {
  const options = { confirmAddress: false };
  return transferByOperator(app.services, organizationId, member, 'req_test', options);
}

async function ownersOf({ organizationId }: Organization) {
  const rows = await query<{ id: string }>(
    `select id from member where organization_id = $1 and role_id = 'role_owner'`,
    [organizationId],
  );
  return rows.map(({ id }) => id);
}

it('hands one organization over to a member of its own, and no other to nobody', async () => {
  const heir = await addMember(app, one.organizationId, 'viewer');
  await transfer(one.organizationId, heir.email.toUpperCase());
  expect(await ownersOf(one)).toEqual([heir.memberId]);
  expect(await ownersOf(other)).toEqual([other.owner.memberId]);
});

it('takes no member of another organization, by id or by email', async () => {
  const before = await ownersOf(one);
  const stranger = await addMember(app, other.organizationId, 'admin');
  for (const named of [stranger.memberId, stranger.email]) {
    await expect(transfer(one.organizationId, named)).rejects.toMatchObject({ code: 'not_found' });
  }
  expect(await ownersOf(one)).toEqual(before);
});

it('takes nobody who was removed, nor suspended', async () => {
  const before = await ownersOf(one);
  for (const [status, code] of [
    ['removed', 'not_found'],
    ['suspended', 'invalid_state'],
  ] as const) {
    const { memberId } = await addMember(app, one.organizationId, 'admin');
    await query('update member set status = $2 where id = $1', [memberId, status]);
    await expect(transfer(one.organizationId, memberId)).rejects.toMatchObject({
      code,
      message: expect.not.stringContaining('was just'),
    });
  }
  expect(await ownersOf(one)).toEqual(before);
});

it('guesses at no organization where there are several', async () => {
  const named = other.owner.memberId;
  await expect(transfer(undefined, named)).rejects.toMatchObject({ code: 'invalid_state' });
});
