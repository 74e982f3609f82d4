import { readFile } from 'node:fs/promises';
import { JOIN_KEY_BLOCKS, type JoinKey, type JoinKeyBlock } from '@tollkeeper/contract';
import pg from 'pg';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { joinWith, makeJoinKey, newPublicKey, type TestJoinKey } from '../../testing/fleet.ts';
import { join } from '../../testing/join.ts';
import { addWorkspace, claimedOrganization } from '../../testing/people.ts';
import type { Query } from '../../testing/query-database.ts';
import { makeKey, startOrganization, type TestKey } from '../../testing/start-organization.ts';
import type { TestApp } from '../../testing/test-app.ts';

let app: TestApp;
let owner: Client;
let query: Query;
let production: string;
let staging: string;

beforeAll(async () => {
  ({ app, owner, query } = await startOrganization());
  const { organizationId, workspaceId } = await claimedOrganization(app);
  production = workspaceId;
  staging = await addWorkspace(app, organizationId, 'staging');
});

async function shown({ id }: Pick<TestJoinKey, 'id'>) {
  const { body } = await owner.get<{ data: JoinKey[] }>('/v1/join-keys?limit=100');
  return body.data.find((each) => each.id === id);
}

/** By the API key of a member who may manage the fleet. */
async function made(name: string) {
  const creator = await join(app, owner, name, 'role_developer');
  const scopes = ['fleet.manage', 'fleet.read'];
  const apiKey = await makeKey(app, creator.client, { profile: 'custom', scopes });
  const joinKey = await makeJoinKey(apiKey.client, { usesMax: 9, workspaceId: production });
  return { creator, apiKey, joinKey };
}

const MIGRATION = '../../db/migrations/0005_join_key_maker.sql';
const REFUSAL = { status: 403, code: 'join_key_invalid' };

async function unknownKeyDetail(): Promise<string> {
  const { problem } = await joinWith(app, `tk_join_${'0'.repeat(38)}`);
  expect(problem).toMatchObject(REFUSAL);
  return problem.detail;
}

type Change = (apiKey: TestKey, memberId: string) => Promise<unknown>;

const post = (apiKey: TestKey, verb: string) => owner.post(`/v1/api-keys/${apiKey.id}/${verb}`, {});
const edit = (apiKey: TestKey, body: object) => owner.patch(`/v1/api-keys/${apiKey.id}`, body);

/** What takes the authority, and what gives it back, where anything does. */
const CASES: readonly [JoinKeyBlock, Change, Change?][] = [
  [
    'creator_inactive',
    (_key, id) => owner.post(`/v1/members/${id}/suspend`),
    (_key, id) => owner.post(`/v1/members/${id}/reinstate`),
  ],
  [
    'creator_may_not',
    (_key, id) => owner.patch(`/v1/members/${id}`, { roleId: 'role_viewer' }),
    (_key, id) => owner.patch(`/v1/members/${id}`, { roleId: 'role_developer' }),
  ],
  ['api_key_disabled', (key) => post(key, 'disable'), (key) => post(key, 'enable')],
  ['api_key_revoked', (key) => post(key, 'revoke')],
  ['api_key_deleted', (key) => owner.delete(`/v1/api-keys/${key.id}`)],
  [
    'api_key_expired',
    (key) => query(`update api_key set expires_at = now() where id = $1`, [key.id]),
    (key) => edit(key, { expiresAt: null }),
  ],
  [
    'api_key_may_not',
    (key) => edit(key, { scopes: ['fleet.read'] }),
    (key) => edit(key, { scopes: ['fleet.manage'] }),
  ],
  [
    'api_key_elsewhere',
    (key) => query('update api_key set workspace_id = $2 where id = $1', [key.id, staging]),
    (key) => query('update api_key set workspace_id = $2 where id = $1', [key.id, production]),
  ],
];

describe('a join key whose creator could not make it any more', () => {
  it.each(CASES)('admits no gateway and says why: %s', async (block, take, giveBack) => {
    const { creator, apiKey, joinKey } = await made(block.replaceAll('_', '-'));
    expect(joinKey).toMatchObject({
      status: 'active',
      blockedBy: null,
      createdByKey: { id: apiKey.id },
    });
    const publicKey = newPublicKey();
    expect((await joinWith(app, joinKey.secret, { publicKey })).status).toBe(201);

    await take(apiKey, creator.memberId);
    expect(await shown(joinKey)).toMatchObject({ status: 'blocked', blockedBy: block });
    const detail = await unknownKeyDetail();
    expect((await joinWith(app, joinKey.secret)).problem).toMatchObject({ ...REFUSAL, detail });
    const again = await joinWith(app, joinKey.secret, { publicKey });
    expect(again.problem).toMatchObject({ ...REFUSAL, detail });
    expect(app.logged.join('')).toContain(`"why":"${block}","joinKeyId":"${joinKey.id}"`);

    if (!giveBack) return;
    await giveBack(apiKey, creator.memberId);
    expect(await shown(joinKey)).toMatchObject({ status: 'active', blockedBy: null });
    expect((await joinWith(app, joinKey.secret)).status).toBe(201);
  });

  it('has a text for every reason', () => {
    expect(CASES.map(([block]) => block).toSorted()).toEqual(
      Object.keys(JOIN_KEY_BLOCKS).toSorted(),
    );
  });

  it('says first what ends it for good', async () => {
    const { apiKey, joinKey } = await made('Ended');
    await post(apiKey, 'revoke');
    await query('update join_key set expires_at = now() where id = $1', [joinKey.id]);
    expect(await shown(joinKey)).toMatchObject({ status: 'expired', blockedBy: null });
    await query('update join_key set uses_count = uses_max where id = $1', [joinKey.id]);
    expect(await shown(joinKey)).toMatchObject({ status: 'used_up', blockedBy: null });
  });

  it('stays what a session made it: no key of its creator matters', async () => {
    const { creator, apiKey } = await made('Session');
    const joinKey = await makeJoinKey(creator.client, { workspaceId: production });
    await post(apiKey, 'revoke');
    expect(await shown(joinKey)).toMatchObject({ status: 'active', createdByKey: null });
    expect((await joinWith(app, joinKey.secret)).status).toBe(201);
  });
});

it('finds the API key of a join key from before the two were tied, by the audit log', async () => {
  const { creator, apiKey, joinKey } = await made('Migrated');
  const ofSession = await makeJoinKey(creator.client, { workspaceId: production });
  await query('update join_key set api_key_id = null');
  const text = await readFile(new URL(MIGRATION, import.meta.url), 'utf8');
  await query(text.split('--> statement-breakpoint').at(-1) ?? '');
  expect((await shown(joinKey))?.createdByKey?.id).toBe(apiKey.id);
  expect((await shown(ofSession))?.createdByKey).toBeNull();
});

describe('revoking the API key while a gateway joins by what it made', () => {
  it('admits no gateway after the revocation, also one that asked before it was done', async () => {
    const { apiKey, joinKey } = await made('Race');
    const { organizationId } = await claimedOrganization(app);
    const holder = new pg.Client(app.database);
    await holder.connect();
    onTestFinished(() => holder.end());
    await holder.query('begin');
    const chain = 'select 1 from audit_chain where organization_id = $1 for update';
    await holder.query(chain, [organizationId]);
    const revoked = post(apiKey, 'revoke');
    const waiting = `select 1 from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`;
    await vi.waitUntil(async () => (await query(waiting)).length > 0);
    const joining = joinWith(app, joinKey.secret);
    // Meanwhile the join is as far as it comes.
    for (let count = 0; count < 5; count += 1) {
      expect(await shown(joinKey)).toMatchObject({ status: 'active' });
    }
    await holder.query('commit');
    expect((await revoked).status).toBe(200);
    expect((await joining).problem.code).toBe('join_key_invalid');
    expect(await shown(joinKey)).toMatchObject({ blockedBy: 'api_key_revoked', usesCount: 0 });
  });
});
