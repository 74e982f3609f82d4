import type { SavedPolicy } from '@tollkeeper/contract';
import { beforeAll, expect, it } from 'vitest';
import type { Ctx } from '../../context.ts';
import type { Client } from '../../testing/client.ts';
import { addWorkspace, claimedOrganization } from '../../testing/people.ts';
import { startOrganization, type TestOrganization } from '../../testing/start-organization.ts';
import { checkFor } from './check-for.ts';

const ALLOW = 'permit (principal, action, resource);';

let organization: TestOrganization;
let owner: Client;
let organizationId: string;

beforeAll(async () => {
  organization = await startOrganization();
  owner = organization.owner;
  ({ organizationId } = await claimedOrganization(organization.app));
});

/** Policies with the text, in a workspace of their own. */
async function fill(count: number, text: string): Promise<string> {
  const name = `with-${count}`;
  const workspaceId = await addWorkspace(organization.app, organizationId, name);
  await organization.query(
    `insert into policy (id, organization_id, workspace_id, name, description, status, mode, text,
       statements, version, created_at, updated_at)
     select 'pol_' || $3::text || n, $1, $2, 'filler ' || n, '', 'disabled', 'enforce', $4, '[]', 1,
       now(), now() from generate_series(1, $3::int) n`,
    [organizationId, workspaceId, String(count), text],
  );
  return workspaceId;
}

function create(workspaceId: string | null, name: string, text = ALLOW) {
  return owner.post<SavedPolicy>('/v1/policies', { workspaceId, name, text });
}

it('a place has a limited number of policies, also when many are created at once', async () => {
  const full = await fill(197, '');
  const answers = await Promise.all(
    Array.from({ length: 6 }, (_, n) => create(full, `One of many ${n}`)),
  );
  // One came with the workspace.
  expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 201, 409, 409, 409, 409]);
  const refused = answers.find(({ status }) => status === 409);
  expect(refused?.problem).toMatchObject({
    code: 'invalid_state',
    detail: expect.stringContaining('200 policies'),
  });
  expect((await create(null, 'Elsewhere')).status).toBe(201);
});

it('the texts of a place are limited together: of new, edited and restored policies', async () => {
  const full = await fill(1, 'x'.repeat(199_800));
  const { id } = (await create(full, 'Fits')).body;
  const path = `/v1/policies/${id}`;
  const long = `${ALLOW} // ${'x'.repeat(200)}`;
  await organization.query(
    `with moved as (update policy set version = 2 where id = $1)
     insert into policy_version (policy_id, number, organization_id, text, created_at)
     values ($1, 2, $2, $3, now())`,
    [id, organizationId, long],
  );
  for (const { problem } of [
    await create(full, 'Too much', long),
    await owner.patch(path, { text: long }),
    await owner.post(`${path}/restore`, { version: 2 }),
  ]) {
    expect(problem.code).toBe('invalid_state');
    expect(problem.detail).toContain('can have 200,000');
  }
  // Too much only beside the text that it replaces.
  const edited = `${ALLOW} // ${'x'.repeat(110)}`;
  expect((await owner.patch(path, { text: edited })).status).toBe(200);
  expect((await create(null, 'Long elsewhere', long)).status).toBe(201);
});

it('a policy keeps its latest thousand versions', async () => {
  const { id } = (await create(null, 'Often edited')).body;
  const path = `/v1/policies/${id}`;
  await organization.query(
    `insert into policy_version (policy_id, number, organization_id, text, created_at)
     select $1, n, $2, '', now() from generate_series(2, 1000) n`,
    [id, organizationId],
  );
  await organization.query('update policy set version = 1000 where id = $1', [id]);
  expect((await owner.patch<SavedPolicy>(path, { text: `${ALLOW}//` })).body.version).toBe(1001);
  const kept = 'select min(number), count(*)::int from policy_version where policy_id = $1';
  expect(await organization.query(kept, [id])).toEqual([{ min: 2, count: 1000 }]);
  expect((await owner.post(`${path}/restore`, { version: 1 })).status).toBe(404);
});

it('ten texts of an organization wait to be checked, and those of others beside them', async () => {
  const check = (id: string) => checkFor({ organizationId: id } as Ctx, ALLOW);
  const checked = await Promise.allSettled([
    ...Array.from({ length: 11 }, () => check('org_1')),
    check('org_2'),
  ]);
  expect(checked.map(({ status }) => status)).toEqual([
    ...Array.from({ length: 10 }, () => 'fulfilled'),
    'rejected',
    'fulfilled',
  ]);
  expect(checked[10]).toMatchObject({ reason: { code: 'rate_limited', retryAfterS: 2 } });
  expect((await check('org_1')).errors).toEqual([]);
});
