import { beforeAll, describe, expect, it } from 'vitest';
import { auditEvents } from '../testing/audit-log.ts';
import type { Client } from '../testing/client.ts';
import { joinWithIdentity } from '../testing/gateway-client.ts';
import { makeKey } from '../testing/keys.ts';
import { addMember, addWorkspace, choosePlan, claimedOrganization } from '../testing/people.ts';
import { readTables } from '../testing/tables.ts';
import { claimServer, startTestApp, type TestApp } from '../testing/test-app.ts';
import { whileHeld } from '../testing/while-held.ts';

interface Record {
  readonly id?: string;
  readonly name?: string;
  readonly etag: string;
}

interface Edited {
  readonly path: string;
  /** Where it is read: an item of a list, or the record itself. */
  readonly from: string;
  readonly id: string | undefined;
  readonly mine: object;
  readonly theirs: object;
}

let app: TestApp;
let owner: Client;
let organizationId: string;
let workspaceId: string;
let edits: { readonly [What in (typeof RECORDS)[number]]: Edited };

const RECORDS = [
  'key',
  'role',
  'API scope',
  'workspace',
  'member',
  'gateway',
  'policy',
  'organization',
  'security',
  'notification defaults',
] as const;

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
  await choosePlan(app, 'enterprise');
  ({ organizationId } = await claimedOrganization(app));
  workspaceId = await addWorkspace(app, organizationId, 'staging');
  const key = await makeKey(app, owner);
  const role = await owner.post<{ id: string }>('/v1/roles', {
    name: 'release',
    scopes: ['usage.read'],
  });
  const apiScope = 'invoices.read';
  await owner.post('/v1/api-scopes', { name: apiScope });
  const policy = await owner.post<{ id: string }>('/v1/policies', {
    ...{ workspaceId, name: 'release', text: 'permit (principal, action, resource);' },
  });
  const { memberId } = await addMember(app, organizationId, 'viewer');
  const { gatewayId } = await joinWithIdentity(app, owner, workspaceId);
  const item = (list: string, id: string, mine: object, theirs: object): Edited => ({
    ...{ path: `${list}/${id}`, from: list, id, mine, theirs },
  });
  const whole = (path: string, mine: object, theirs: object): Edited => ({
    ...{ path, from: path, id: undefined, mine, theirs },
  });
  const names = [{ name: 'mine' }, { name: 'theirs' }] as const;
  const descriptions = [{ description: 'mine' }, { description: 'theirs' }] as const;
  edits = {
    key: item('/v1/api-keys', key.id, ...names),
    role: item('/v1/roles', role.body.id, ...names),
    'API scope': item('/v1/api-scopes', apiScope, ...descriptions),
    workspace: item('/v1/workspaces', workspaceId, ...names),
    member: item('/v1/members', memberId, { roleId: 'role_admin' }, { roleId: 'role_developer' }),
    gateway: item('/v1/gateways', gatewayId, ...names),
    policy: whole(`/v1/policies/${policy.body.id}`, ...names),
    organization: whole('/v1/organization', ...names),
    security: whole('/v1/security', { sessionHoursMax: 9 }, { sessionHoursMax: 8 }),
    'notification defaults': whole(
      '/v1/notifications/defaults',
      { digestHour: 9 },
      { digestHour: 8 },
    ),
  };
});

async function read({ from, id }: Edited): Promise<Record> {
  const { body } = await owner.get<Record & { data?: Record[] }>(from);
  const found = body.data ? body.data.find((each) => [each.id, each.name].includes(id)) : body;
  if (!found) throw new Error(`Nothing at ${from}`);
  return found;
}

function patchIfMatch({ path }: Edited, edit: object, condition: string) {
  const headers = { 'content-type': 'application/json', 'if-match': condition };
  return owner.raw<Record>('PATCH', path, JSON.stringify(edit), headers);
}

describe.each(RECORDS)('an edit of a %s', (what) => {
  it('is refused where another was saved since it was read, and changes nothing', async () => {
    const edit = edits[what];
    const { etag } = await read(edit);
    const theirs = await owner.patch<Record>(edit.path, { ...edit.theirs, etag });
    expect(theirs.status).toBe(200);
    expect(theirs.body.etag).not.toBe(etag);
    const before = await readTables(app);
    for (const mine of [
      await owner.patch(edit.path, { ...edit.mine, etag }),
      await patchIfMatch(edit, edit.mine, `"${etag}"`),
    ]) {
      expect([mine.status, mine.problem.code]).toEqual([412, 'edit_conflict']);
      expect(mine.problem.detail).toContain('it was edited after you read it');
    }
    expect(await readTables(app)).toEqual(before);
    const current = await read(edit);
    expect(current).toMatchObject({ ...edit.theirs, etag: theirs.body.etag });
    const repeated = await patchIfMatch(edit, edit.mine, `"${current.etag}"`);
    expect(repeated.status).toBe(200);
    expect(repeated.body).toMatchObject(await read(edit));
    expect((await auditEvents(app, organizationId)).at(-1)?.after).not.toHaveProperty('etag');
  });

  it('overwrites what is stored where it names no etag', async () => {
    const edit = edits[what];
    for (const body of [edit.theirs, edit.mine]) {
      const { status, body: saved } = await owner.patch<Record>(edit.path, body);
      expect([status, saved]).toEqual([200, expect.objectContaining(body)]);
    }
  });
});

describe('an etag', () => {
  it('stays the same for all that no edit sets', async () => {
    const edit = edits.key;
    const { etag } = await read(edit);
    await owner.post(`${edit.path}/disable`);
    await owner.post(`${edit.path}/enable`);
    await owner.post(`${edit.path}/rotate`);
    expect((await read(edit)).etag).toBe(etag);
    expect((await owner.get<Record>(edit.path)).body.etag).toBe(etag);
  });

  it('is compared once the record is locked: of two edits at once, one is refused', async () => {
    const { etag } = await read(edits.key);
    const answer = await whileHeld(
      app.database,
      (holder) =>
        holder.query(`update api_key set name = 'saved meanwhile' where id = $1`, [edits.key.id]),
      () => owner.patch(edits.key.path, { name: 'late', etag }),
    );
    expect([answer.status, answer.problem.code]).toEqual([412, 'edit_conflict']);
  });

  it('refuses no edit that is stored already: its answer may have been lost', async () => {
    const { etag } = await read(edits.key);
    const edit = { name: 'sent twice', scopes: ['usage.read'], etag };
    const first = await owner.patch<Record>(edits.key.path, edit);
    const again = await owner.patch<Record>(edits.key.path, edit);
    expect([first.status, again.status]).toEqual([200, 200]);
    expect(again.body).toEqual(first.body);
  });

  it('alone changes nothing, and is no field that an empty edit could have named', async () => {
    const { etag } = await read(edits.key);
    const { status, problem } = await owner.patch(edits.key.path, {});
    expect(status).toBe(422);
    expect(problem.detail).not.toContain('etag');
    const before = await readTables(app);
    expect((await owner.patch(edits.key.path, { etag })).status).toBe(200);
    expect(await readTables(app)).toEqual(before);
  });
});

describe('If-Match', () => {
  it('is refused where it cannot be compared, and changes nothing', async () => {
    const { policy } = edits;
    const { etag } = await read(policy);
    const before = await readTables(app);
    for (const condition of ['', etag, `W/"${etag}"`, `"${etag}", "another"`, '"a b"']) {
      const { status, problem } = await patchIfMatch(policy, { name: 'unread' }, condition);
      expect([condition, status, problem.code]).toEqual([condition, 400, 'malformed_request']);
    }
    const both = await patchIfMatch(policy, { name: 'unread', etag: 'another' }, `"${etag}"`);
    expect(both.problem).toMatchObject({ status: 400, code: 'malformed_request' });
    for (const [method, path] of [
      ['DELETE', policy.path],
      ['POST', `${policy.path}/disable`],
    ] as const) {
      const { problem } = await owner.raw(method, path, undefined, { 'if-match': `"${etag}"` });
      expect(problem).toMatchObject({ status: 400, code: 'malformed_request' });
    }
    expect(await readTables(app)).toEqual(before);
  });

  it('holds for any record by "*", and says nothing to what only reads', async () => {
    const { policy } = edits;
    const { status } = await patchIfMatch(policy, { name: 'whatever it was' }, '*');
    const read = await owner.raw('GET', policy.path, undefined, { 'if-match': '"another"' });
    expect([status, read.status]).toEqual([200, 200]);
  });
});
