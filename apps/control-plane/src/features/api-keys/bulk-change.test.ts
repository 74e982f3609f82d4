import { createId } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { auditEvents, findBrokenLink } from '../../testing/audit-log.ts';
import type { Client } from '../../testing/client.ts';
import { makeKey, type TestKey } from '../../testing/keys.ts';
import {
  addMember,
  addOrganization,
  choosePlan,
  claimedOrganization,
  type Person,
} from '../../testing/people.ts';
import { queryDatabase } from '../../testing/query-database.ts';
import { readTables } from '../../testing/tables.ts';
import { claimServer, startTestApp, type TestApp } from '../../testing/test-app.ts';

interface Results {
  readonly results: { id: string; error: { code: string; detail: string } | null }[];
}

const VERBS = ['disable', 'enable', 'revoke'] as const;
type Verb = (typeof VERBS)[number];

let app: TestApp;
let owner: Client;
let developer: Person;
let organizationId: string;

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
  ({ organizationId } = await claimedOrganization(app));
  await choosePlan(app, 'enterprise');
  developer = await addMember(app, organizationId, 'developer');
});

const change = (client: Client, verb: Verb, keys: readonly { id: string }[], more: object = {}) =>
  client.post<Results>(`/v1/api-keys/${verb}`, { ids: keys.map(({ id }) => id), ...more });
const codes = ({ body }: { body: Results }) => body.results.map(({ error }) => error?.code ?? null);
const whoami = async (key: TestKey) => (await key.client.get('/v1/whoami')).problem.code ?? 'valid';

async function keysFor(verb: Verb, count: number, client = owner): Promise<TestKey[]> {
  const keys: TestKey[] = [];
  for (let at = 0; at < count; at += 1) {
    const key = await makeKey(app, client);
    if (verb === 'enable') await client.post(`/v1/api-keys/${key.id}/disable`);
    keys.push(key);
  }
  return keys;
}

describe.each([
  ['disable', 'disabled'],
  ['enable', 'valid'],
  ['revoke', 'revoked'],
] as const)('%s several keys', (verb, outcome) => {
  it('changes each of them with an event of its own, in one unbroken chain', async () => {
    const keys = await keysFor(verb, 3);
    const before = (await auditEvents(app, organizationId)).length;

    const answer = await change(owner, verb, [...keys, ...keys.slice(0, 1)]);

    expect(answer.body).toEqual({ results: keys.map(({ id }) => ({ id, error: null })) });
    for (const key of keys) expect(await whoami(key)).toBe(outcome);
    const events = (await auditEvents(app, organizationId)).slice(before);
    expect(events.map(({ action, target }) => [action, target.id])).toEqual(
      keys.map(({ id }) => [`api_key.${verb}`, id]),
    );
    expect(await findBrokenLink(app, organizationId)).toBeUndefined();
  });

  it('raises the version of the workspaces once for each key', async () => {
    const keys = await keysFor(verb, 3);
    const query = queryDatabase(app.database);
    const count = async () =>
      (await query<{ count: number }>('select count(*)::int as count from change'))[0]?.count ?? 0;
    const before = await count();
    await change(owner, verb, keys);
    expect(await count()).toBe(before + 3);
  });

  it('changes nothing without the scope', async () => {
    const keys = await keysFor(verb, 2);
    const reader = await makeKey(app, owner, { scopes: ['api_keys.read', 'api_keys.manage_all'] });
    const before = await readTables(app);
    const refused = await change(reader.client, verb, keys);
    expect([refused.status, refused.problem.code]).toEqual([403, 'insufficient_scope']);
    expect((await readTables(app)).api_key).toEqual(before.api_key);
  });

  it("does not find another organization's key, nor one that is not there", async () => {
    const [own] = await keysFor(verb, 1);
    const stranger = (await addOrganization(app, `Other ${verb}`)).owner.client;
    const [foreign] = await keysFor(verb, 1, stranger);
    if (!own || !foreign) throw new Error('No keys');
    const none = { id: createId('apiKey', app.services.randomBytes) };
    const answer = await change(owner, verb, [foreign, none, own]);
    expect(codes(answer)).toEqual(['not_found', 'not_found', null]);
    expect(await whoami(own)).toBe(outcome);
    expect(await whoami(foreign)).toBe(verb === 'enable' ? 'disabled' : 'valid');
  });

  it("does not find another member's key without api_keys.manage_all", async () => {
    const [others] = await keysFor(verb, 1);
    const [own] = await keysFor(verb, 1, developer.client);
    if (!own || !others) throw new Error('No keys');
    const answer = await change(developer.client, verb, [others, own]);
    expect(codes(answer)).toEqual(['not_found', null]);
    expect(await whoami(others)).toBe(verb === 'enable' ? 'disabled' : 'valid');
  });

  it('writes nothing when no key can be changed', async () => {
    const keys = await keysFor(verb, 2);
    await change(owner, verb, keys);
    const before = await readTables(app);
    const again = await change(owner, verb, keys);
    expect(codes(again)).toEqual(['invalid_state', 'invalid_state']);
    expect(await readTables(app)).toEqual(before);
  });

  it.each([
    ['no ids', { ids: [] }],
    ['an id of something else', { ids: ['mem_7dQx0mJ2vK4tR9sZ1aBc'] }],
    ['too many', { ids: Array.from({ length: 1001 }, () => 'key_7dQx0mJ2vK4tR9sZ1aBc') }],
    ['a field that it does not know', { ids: ['key_7dQx0mJ2vK4tR9sZ1aBc'], force: true }],
  ])('refuses %s', async (_what, body) => {
    const answer = await owner.post(`/v1/api-keys/${verb}`, body);
    expect([answer.status, answer.problem.code]).toEqual([422, 'validation_failed']);
  });
});

it('does not let an owner enable the key that an admin disabled', async () => {
  const [blocked, free] = await keysFor('enable', 2, developer.client);
  if (!blocked || !free) throw new Error('No keys');
  await change(owner, 'disable', [blocked]);
  const answer = await change(developer.client, 'enable', [blocked, free]);
  expect(codes(answer)).toEqual(['insufficient_scope', null]);
  expect(await whoami(blocked)).toBe('disabled');
});

it('enables no key beyond what the caller could create', async () => {
  const key = await makeKey(app, owner, { scopes: ['audit.read'] });
  await change(owner, 'disable', [key]);
  const scopes = ['api_keys.revoke', 'api_keys.create', 'api_keys.manage_all'];
  const caller = await makeKey(app, owner, { scopes });
  expect(codes(await change(caller.client, 'enable', [key]))).toEqual(['scope_not_held']);
  expect(await whoami(key)).toBe('disabled');
});

/** Puts keys into the database that the key created. */
async function plantBelow(creatorId: string, count: number): Promise<void> {
  await queryDatabase(app.database)(
    `insert into api_key (id, organization_id, member_id, name, prefix, status, profile, scopes,
       allowed_ips, created_at, created_by_key_id)
     select 'key_' || substr(md5(id || n), 1, 20), organization_id, member_id, 'below', 'tk_live_AAAA',
       'active', 'custom', '{}', '{}', now(), id
     from api_key, generate_series(1, $2::int) as n where id = $1`,
    [creatorId, count],
  );
}

describe('revoking several keys with what they created', () => {
  const SCOPES = ['api_keys.create', 'api_keys.read', 'api_keys.revoke'];

  it('counts a key as revoked that another one of them took along', async () => {
    const root = await makeKey(app, owner, { scopes: SCOPES });
    const child = await makeKey(app, root.client, { scopes: SCOPES });
    const grandchild = await makeKey(app, child.client);
    const before = (await auditEvents(app, organizationId)).length;
    const answer = await change(owner, 'revoke', [root, child], { cascade: true, reason: 'leak' });
    expect(codes(answer)).toEqual([null, null]);
    for (const key of [root, child, grandchild]) expect(await whoami(key)).toBe('revoked');
    // The last one says what the cascade of the first took along.
    expect((await auditEvents(app, organizationId)).length).toBe(before + 4);
    expect(await findBrokenLink(app, organizationId)).toBeUndefined();
  });

  it('revokes the keys of all trees by one statement', async () => {
    const roots = await keysFor('revoke', 5);
    for (const { id } of roots) await plantBelow(id, 3);
    expect(codes(await change(owner, 'revoke', roots, { cascade: true }))).toEqual(
      roots.map(() => null),
    );
    // Rows that one statement of a transaction wrote have the same cmin.
    const written = `select count(*)::int as keys, count(distinct (xmin::text, cmin::text))::int
      as statements from api_key where created_by_key_id = any($1) and status = 'revoked'`;
    expect(await queryDatabase(app.database)(written, [roots.map(({ id }) => id)])).toEqual([
      { keys: 15, statements: 1 },
    ]);
  });

  it('refuses a key that was revoked before, unless there is something to take along', async () => {
    const [bare, full, other] = await keysFor('revoke', 3);
    if (!bare || !full || !other) throw new Error('No keys');
    await plantBelow(full.id, 1);
    await change(owner, 'revoke', [bare, full]);
    const answer = await change(owner, 'revoke', [bare, full, other], { cascade: true });
    expect(codes(answer)).toEqual(['invalid_state', null, null]);
  });

  it("stops a key, but not its tree that holds another member's key, and takes the others", async () => {
    const root = await makeKey(app, developer.client, { scopes: SCOPES });
    const child = await makeKey(app, root.client);
    const { memberId } = await claimedOrganization(app);
    const query = queryDatabase(app.database);
    await query('update api_key set member_id = $1 where id = $2', [memberId, child.id]);
    const [other] = await keysFor('revoke', 1, developer.client);
    if (!other) throw new Error('No key');
    const answer = await change(developer.client, 'revoke', [root, other], { cascade: true });
    expect(codes(answer)).toEqual(['insufficient_scope', null]);
    expect(await whoami(root)).toBe('revoked');
    expect(await whoami(child)).toBe('valid');
    expect(await whoami(other)).toBe('revoked');
  });
});
