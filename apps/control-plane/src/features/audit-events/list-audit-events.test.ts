import type { AuditEventView } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { findBrokenLink } from '../../testing/audit-log.ts';
import type { Client } from '../../testing/client.ts';
import { makeKey } from '../../testing/keys.ts';
import {
  addMember,
  addOrganization,
  addWorkspace,
  choosePlan,
  claimedOrganization,
} from '../../testing/people.ts';
import { claimServer, OWNER, startTestApp, type TestApp } from '../../testing/test-app.ts';

interface Page {
  readonly data: readonly AuditEventView[];
  readonly nextCursor: string | null;
}

let app: TestApp;
let owner: Client;
let memberId: string;
let organizationId: string;
let key: Awaited<ReturnType<typeof makeKey>>;

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
  ({ memberId, organizationId } = await claimedOrganization(app));
  await choosePlan(app, 'pro', organizationId);
  key = await makeKey(app, owner, { name: 'ci-pipeline', scopes: ['api_keys.create'] });
  await key.client.post('/v1/api-keys', {
    name: 'Child %',
    profile: 'custom',
    scopes: ['api_keys.create'],
  });
  await owner.post('/v1/roles', { name: 'Auditor', scopes: ['audit.read'] });
});

async function list(query: Record<string, string> = {}, client = owner): Promise<Page> {
  const answer = await client.get<Page>(`/v1/audit-events?${new URLSearchParams(query)}`);
  expect(answer.status, answer.problem?.detail).toBe(200);
  return answer.body;
}

const actionsOf = ({ data }: Page) => data.map(({ action }) => action);

describe('the list of audit events', () => {
  it('shows who did what to what, the newest first', async () => {
    const { data } = await list();
    expect(data.map(({ action }) => action).slice(0, 3)).toEqual([
      'role.create',
      'api_key.create',
      'api_key.create',
    ]);
    expect(data[1]).toMatchObject({
      ...{ organizationId, before: null, after: { name: 'Child %' } },
      actor: { type: 'key', memberId, keyId: key.id },
      actorName: 'ci-pipeline',
      target: { type: 'api_key', name: 'Child %' },
    });
    expect(data[2]).toMatchObject({ actor: { type: 'member', memberId }, actorName: OWNER.name });
    const sequences = data.map(({ sequence }) => sequence);
    expect(sequences).toEqual(sequences.toSorted((a, b) => b - a));
  });

  it.each([
    [{ action: 'role.create' }, ['role.create']],
    [{ action: 'role.*' }, ['role.create']],
    [{ action: 'rol.*' }, []],
    [{ targetType: 'role' }, ['role.create']],
    [{ search: 'CHILD %' }, ['api_key.create']],
    [{ search: '_hild' }, []],
    // What the key did, and its own creation.
    [{ search: 'pipeline' }, ['api_key.create', 'api_key.create']],
    [{ to: '1970-01-01T00:00:00Z' }, []],
    [{ from: '9999-12-31T23:59:59-14:00' }, []],
    [{ ip: '203.0.113.77' }, []],
    [{ requestId: 'none' }, []],
  ])('keeps to the filter %j', async (query, actions) => {
    expect(actionsOf(await list(query))).toEqual(actions);
  });

  it('finds what a key did, and what was done to it, also by address and request', async () => {
    const [child] = (await list({ actorId: key.id })).data;
    expect(child?.target.name).toBe('Child %');
    expect((await list({ targetId: key.id })).data.map(({ after }) => after)).toMatchObject([
      { name: 'ci-pipeline' },
    ]);
    const { ip, requestId } = child ?? {};
    const same = await list({ requestId: requestId ?? '', ip: ip ?? '', actorId: memberId });
    expect(same.data).toEqual([child]);
  });

  it('goes on behind a cursor, whatever arrives meanwhile', async () => {
    const first = await list({ action: 'api_key.*', limit: '1' });
    await owner.post('/v1/api-keys', {
      name: 'late',
      profile: 'custom',
      scopes: ['api_keys.create'],
    });
    const cursor = first.nextCursor ?? '';
    const second = await list({ action: 'api_key.*', limit: '1', cursor });
    expect([...first.data, ...second.data].map(({ target }) => target.name)).toEqual([
      'Child %',
      'ci-pipeline',
    ]);
    expect(second.nextCursor).toBeNull();
  });

  it('can be followed in ascending order, through events that the filter leaves out', async () => {
    const query = { order: 'asc', action: 'role.*' };
    const { data, nextCursor } = await list(query);
    expect(data.length).toBe(1);
    const nothing = await list({ ...query, cursor: nextCursor ?? '' });
    expect(nothing.data).toEqual([]);
    await owner.post('/v1/roles', { name: 'Later', scopes: ['audit.read'] });
    const later = await list({ ...query, cursor: nothing.nextCursor ?? '' });
    expect(later.data.map(({ target }) => target.name)).toEqual(['Later']);
  });

  it.each([
    ['cursor', 'e30'],
    ['cursor', Buffer.from('["sequence","asc","1",""]').toString('base64url')],
    ['cursor', Buffer.from('["sequence","desc","-1",""]').toString('base64url')],
    ['actorId', 'gw_7dQx0mJ2vK4tR9sZ1aBc'],
    ['action', 'api_key'],
    ['action', '*'],
    ['targetType', 'session'],
    ['ip', '1.2.3'],
    ['ip', ':::'],
    ['from', 'yesterday'],
    ['limit', '101'],
  ])('refuses %s=%s', async (field, value) => {
    const answer = await owner.get(`/v1/audit-events?${new URLSearchParams({ [field]: value })}`);
    expect([answer.status, answer.problem.code]).toEqual([422, 'validation_failed']);
  });
});

it('names a key that was deleted since by the name that its deletion recorded', async () => {
  const gone = await makeKey(app, owner, { name: 'short-lived', scopes: ['api_keys.create'] });
  await gone.client.post('/v1/api-keys', {
    name: 'survivor',
    profile: 'custom',
    scopes: ['api_keys.create'],
  });
  await owner.delete(`/v1/api-keys/${gone.id}`);
  const { data } = await list({ actorId: gone.id });
  expect(data.map(({ actorName }) => actorName)).toEqual(['short-lived']);
});

it('shows one event, and none of another organization', async () => {
  const [event] = (await list()).data;
  expect((await owner.get(`/v1/audit-events/${event?.id}`)).body).toEqual(event);
  const other = await addOrganization(app, 'Other');
  const answer = await other.owner.client.get(`/v1/audit-events/${event?.id}`);
  expect([answer.status, answer.problem.code]).toEqual([404, 'not_found']);
  const theirs = await list({}, other.owner.client);
  expect(new Set(theirs.data.map((each) => each.organizationId))).toEqual(
    new Set([other.organizationId]),
  );
});

it('shows a key that is confined to a workspace what happened in it, and nothing else', async () => {
  const own = await addWorkspace(app, organizationId, 'staging');
  const confined = await makeKey(app, owner, { profile: 'read-only', workspaceId: own });
  await owner.post('/v1/policies', {
    ...{ workspaceId: null, name: 'Everywhere', text: 'permit (principal, action, resource);' },
  });
  await owner.post('/v1/join-keys', { workspaceId: own, name: 'edge' });
  await owner.patch(`/v1/workspaces/${own}`, { name: 'stage' });
  const { data } = await list({}, confined.client);
  expect(data.map(({ action, target }) => [action, target.workspaceId])).toEqual([
    ['workspace.update', own],
    ['join_key.create', own],
    ['api_key.create', own],
  ]);
  const [event] = (await list()).data.filter(({ action }) => action === 'policy.create');
  const answer = await confined.client.get(`/v1/audit-events/${event?.id}`);
  expect([answer.status, answer.problem.code]).toEqual([404, 'not_found']);
  expect(await findBrokenLink(app, organizationId)).toBeUndefined();
});

it('needs audit.read', async () => {
  const { client } = await addMember(app, organizationId, 'billing');
  const answer = await client.get('/v1/audit-events');
  expect([answer.status, answer.problem.scopes]).toEqual([403, ['audit.read']]);
});
