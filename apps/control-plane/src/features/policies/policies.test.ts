import type { Policy, PolicyVersion, SavedPolicy } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { join } from '../../testing/join.ts';
import { addWorkspace, claimedOrganization } from '../../testing/people.ts';
import { auditEvents } from '../../testing/query-database.ts';
import {
  defaultWorkspace,
  startOrganization,
  type TestOrganization,
} from '../../testing/start-organization.ts';

const ALLOW = 'permit (principal, action, resource);';
const FORBID = 'forbid (principal, action, resource);';

let organization: TestOrganization;
let owner: Client;
let workspaceId: string;

beforeAll(async () => {
  organization = await startOrganization();
  owner = organization.owner;
  workspaceId = await defaultWorkspace(owner);
});

let names = 0;
async function create(facts: object = {}): Promise<SavedPolicy> {
  names += 1;
  const body = { workspaceId, name: `Policy ${names}`, text: ALLOW, ...facts };
  const answer = await owner.post<SavedPolicy>('/v1/policies', body);
  expect(answer.status, answer.problem?.detail).toBe(201);
  return answer.body;
}

async function lastEvent() {
  return (await auditEvents(organization.query)).at(-1);
}

async function lastChange() {
  const [row] = await organization.query(
    'select kind, subject_id, workspace_id from change order by id desc limit 1',
  );
  return row;
}

async function statementsOf(id: string) {
  const [row] = await organization.query<{ statements: unknown[] }>(
    'select statements from policy where id = $1',
    [id],
  );
  return row?.statements;
}

describe('a policy', () => {
  it('is created with an audit event, its statements, and a change for gateways', async () => {
    const text = `${ALLOW}\n${FORBID}`;
    const policy = await create({ name: 'Two', description: 'For tests', text });
    expect(policy).toMatchObject({
      ...{ name: 'Two', description: 'For tests', status: 'enabled', mode: 'enforce', version: 1 },
      ...{ workspaceId, text, warnings: [], createdByKey: null },
    });
    expect(await statementsOf(policy.id)).toMatchObject([
      { effect: 'permit' },
      { effect: 'forbid' },
    ]);
    expect(await lastEvent()).toMatchObject({
      action: 'policy.create',
      target: { type: 'policy', id: policy.id, name: 'Two' },
      before: null,
      after: { workspaceId, name: 'Two', status: 'enabled', mode: 'enforce', text },
    });
    const change = { kind: 'policy', subject_id: policy.id, workspace_id: workspaceId };
    expect(await lastChange()).toEqual(change);
    const { body } = await owner.get<Policy>(`/v1/policies/${policy.id}`);
    const { warnings: _, ...read } = policy;
    expect(body).toEqual(read);
  });

  it('of the organization concerns every workspace', async () => {
    const policy = await create({ workspaceId: null });
    expect(await lastChange()).toMatchObject({ subject_id: policy.id, workspace_id: null });
  });

  it('keeps its version when only its name, description or mode changes', async () => {
    const policy = await create();
    const edit = { name: 'Renamed', description: 'New', mode: 'shadow' };
    const { body } = await owner.patch<SavedPolicy>(`/v1/policies/${policy.id}`, edit);
    expect(body).toMatchObject({ ...edit, version: 1, text: ALLOW });
    expect(await lastEvent()).toMatchObject({
      action: 'policy.update',
      before: { name: policy.name, mode: 'enforce', text: ALLOW },
      after: { ...edit, text: ALLOW, version: 1 },
    });
  });

  it('gets a version with each text, with the texts in the audit event', async () => {
    const policy = await create();
    const path = `/v1/policies/${policy.id}`;
    const { body } = await owner.patch<SavedPolicy>(path, { text: FORBID });
    expect(body).toMatchObject({ version: 2, text: FORBID });
    expect(await statementsOf(policy.id)).toMatchObject([{ effect: 'forbid' }]);
    expect(await lastEvent()).toMatchObject({
      action: 'policy.update',
      before: { text: ALLOW, version: 1 },
      after: { text: FORBID, version: 2 },
    });
    await owner.patch(path, { text: FORBID });
    const { body: versions } = await owner.get<List<PolicyVersion>>(`${path}/versions`);
    expect(versions.data.map(({ number, text }) => [number, text])).toEqual([
      [2, FORBID],
      [1, ALLOW],
    ]);
    expect(versions.data[0]?.createdBy?.name).toBeTruthy();
  });

  it('is restored as a new version, with an audit event', async () => {
    const policy = await create();
    const path = `/v1/policies/${policy.id}`;
    await owner.patch(path, { text: FORBID });
    const { body } = await owner.post<SavedPolicy>(`${path}/restore`, { version: 1 });
    expect(body).toMatchObject({ version: 3, text: ALLOW });
    expect(await statementsOf(policy.id)).toMatchObject([{ effect: 'permit' }]);
    expect(await lastEvent()).toMatchObject({
      action: 'policy.restore',
      before: { text: FORBID, version: 2 },
      after: { text: ALLOW, version: 3, restoredFrom: 1 },
    });
    const first = await owner.get<List<PolicyVersion>>(`${path}/versions?limit=1`);
    expect(first.body.data).toMatchObject([{ number: 3, restoredFrom: 1 }]);
    const rest = await owner.get<List<PolicyVersion>>(
      `${path}/versions?cursor=${first.body.nextCursor}`,
    );
    expect(rest.body.data.map(({ number }) => number)).toEqual([2, 1]);
    expect((await owner.post(`${path}/restore`, { version: 9 })).status).toBe(404);
  });

  it.each([
    ['disable', 'enabled', 'disabled'],
    ['enable', 'disabled', 'enabled'],
  ])('is changed by %s with an audit event, once', async (verb, before, after) => {
    const policy = await create({ status: before });
    const path = `/v1/policies/${policy.id}/${verb}`;
    expect((await owner.post<Policy>(path)).body.status).toBe(after);
    const event = await lastEvent();
    expect(event).toMatchObject({
      action: `policy.${verb}`,
      before: { status: before },
      after: { status: after },
    });
    expect(await lastChange()).toMatchObject({ kind: 'policy', subject_id: policy.id });
    await owner.post(path);
    expect(await lastEvent()).toEqual(event);
  });

  it('is deleted with its versions and an audit event', async () => {
    const policy = await create();
    const path = `/v1/policies/${policy.id}`;
    expect((await owner.delete(path)).status).toBe(204);
    expect((await owner.get(path)).status).toBe(404);
    const versions = 'select 1 from policy_version where policy_id = $1';
    expect(await organization.query(versions, [policy.id])).toEqual([]);
    expect(await lastEvent()).toMatchObject({
      action: 'policy.delete',
      target: { type: 'policy', id: policy.id },
      before: { workspaceId, name: policy.name, text: ALLOW, status: 'enabled' },
      after: null,
    });
    expect(await lastChange()).toMatchObject({ kind: 'policy', subject_id: policy.id });
  });

  it('is deleted with its workspace', async () => {
    const { organizationId } = await claimedOrganization(organization.app);
    const elsewhere = await addWorkspace(organization.app, organizationId, 'elsewhere');
    const policy = await create({ workspaceId: elsewhere });
    expect((await owner.delete(`/v1/workspaces/${elsewhere}`)).status).toBe(204);
    expect((await owner.get(`/v1/policies/${policy.id}`)).status).toBe(404);
  });
});

describe('an edit', () => {
  it('of a policy that was edited since it was read is refused', async () => {
    const policy = await create();
    const path = `/v1/policies/${policy.id}`;
    await owner.patch(path, { text: FORBID });
    const { etag } = (await owner.get<Policy>(path)).body;
    for (const answer of [
      await owner.patch(path, { description: 'Mine', etag: policy.etag }),
      await owner.post(`${path}/restore`, { version: 1, etag: policy.etag }),
      await owner.post(`${path}/restore`, { version: 1 }, { 'if-match': `"${policy.etag}"` }),
    ]) {
      const newer = { path, version: 2, etag };
      expect(answer.problem).toMatchObject({ status: 412, code: 'edit_conflict', newer });
    }
    expect((await owner.get<Policy>(path)).body.version).toBe(2);
  });

  it('with a text that has errors is refused with their places, and changes nothing', async () => {
    const policy = await create();
    const text = `${ALLOW}\npermit (principal, action, resource) when { context.ip == "ä" };`;
    const before = await organization.query('select * from policy order by id');
    const body = { workspaceId, name: 'Faulty', text };
    for (const answer of [
      await owner.patch(`/v1/policies/${policy.id}`, { text }),
      await owner.post('/v1/policies', body),
    ]) {
      expect(answer.status).toBe(422);
      expect(answer.problem.code).toBe('policy_invalid');
      expect(answer.problem.detail).toContain('Line 2, column 45');
      expect(answer.problem.errors).toMatchObject([{ path: 'text', line: 2, column: 45 }]);
    }
    expect(await organization.query('select * from policy order by id')).toEqual(before);
  });

  it('to a name that is taken in its place is refused', async () => {
    const taken = await create({ name: ' Taken ' });
    expect(taken.name).toBe('Taken');
    // As servers of earlier versions stored it.
    await organization.query(`update policy set name = ' Taken ' where id = $1`, [taken.id]);
    const other = await create();
    const renamed = await owner.patch(`/v1/policies/${other.id}`, { name: 'taken ' });
    expect(renamed.problem.code).toBe('invalid_state');
    const body = { workspaceId, name: ' TAKEN', text: ALLOW };
    expect((await owner.post('/v1/policies', body)).problem.code).toBe('invalid_state');
    expect((await create({ workspaceId: null, name: 'Taken' })).id).not.toBe(taken.id);
  });

  it('with bad input is refused, and changes nothing', async () => {
    const policy = await create();
    const before = await organization.query('select * from policy order by id');
    const path = `/v1/policies/${policy.id}`;
    for (const answer of [
      await owner.post('/v1/policies', { name: 'No place', text: ALLOW }),
      await owner.post('/v1/policies', { workspaceId, name: 'Long', text: ' '.repeat(20_001) }),
      await owner.post('/v1/policies', { workspaceId, name: 'Hidden', text: '// \u202E' }),
      await owner.post('/v1/policies', { workspaceId, name: 'Odd', text: ALLOW, mode: 'off' }),
      await owner.post('/v1/policies', {
        ...{ workspaceId, name: 'Secret' },
        text: `// first\n// tk_live_${'a'.repeat(38)}\n${ALLOW}`,
      }),
      await owner.patch(path, {}),
      await owner.post(`${path}/restore`, { version: 0 }),
    ]) {
      expect([answer.status, answer.problem.code]).toEqual([422, 'validation_failed']);
    }
    expect(await organization.query('select * from policy order by id')).toEqual(before);
  });
});

describe('the list of policies', () => {
  it('holds those that apply in a workspace, and those that a search finds', async () => {
    const { organizationId } = await claimedOrganization(organization.app);
    const elsewhere = await addWorkspace(organization.app, organizationId, 'listed');
    const own = await create({ workspaceId: elsewhere, text: `// 100%_sure\n${ALLOW}` });
    const everywhere = await create({ workspaceId: null });
    const ids = async (query: string) =>
      (await owner.get<List<Policy>>(`/v1/policies?limit=100&${query}`)).body.data.map(
        ({ id }) => id,
      );
    const applying = await ids(`workspaceId=${elsewhere}`);
    expect(applying).toContain(own.id);
    expect(applying).toContain(everywhere.id);
    expect(applying).not.toContain((await create()).id);
    expect(await ids('search=100%25_SURE')).toEqual([own.id]);
    const { body } = await owner.get<List<object>>('/v1/policies?limit=1');
    expect(body.data[0]).not.toHaveProperty('text');
    expect(body.nextCursor).not.toBeNull();
  });
});

it('is checked without being saved, errors and warnings alike', async () => {
  const check = async (text: string) =>
    (await owner.post('/v1/policies/validate', { text, workspaceId })).body;
  expect(await check(ALLOW)).toEqual({ errors: [], warnings: [] });
  expect(await check(`${ALLOW} when`)).toMatchObject({ errors: [{ line: 1 }], warnings: [] });
  const never = 'permit (principal, action, resource) when { false };';
  expect(await check(never)).toMatchObject({ errors: [], warnings: [{ line: 1, column: 1 }] });
});

it('has a schema that anyone can read who may read policies', async () => {
  const viewer = await join(organization.app, owner, 'Vera', 'role_viewer');
  const { body } = await viewer.client.get<{ schema: string }>('/v1/policies/schema');
  expect(body.schema).toContain('entity ApiKey in [Member, Role]');
});

interface List<T> {
  readonly data: T[];
  readonly nextCursor: string | null;
}
