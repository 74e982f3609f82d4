import type { Problem } from '@tollkeeper/contract';
import { NO_SCOPES, scopeSet } from '@tollkeeper/verify';
import pg from 'pg';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Ctx } from '../context.ts';
import { findBrokenLink } from '../testing/audit-log.ts';
import type { Answer, Client } from '../testing/client.ts';
import { makeKey, type TestKey } from '../testing/keys.ts';
import {
  addMember,
  addOrganization,
  choosePlan,
  claimedOrganization,
  type Person,
} from '../testing/people.ts';
import { type Query, queryDatabase } from '../testing/query-database.ts';
import { readTables } from '../testing/tables.ts';
import { claimServer, startTestApp, type TestApp, withKey } from '../testing/test-app.ts';
import { whileHeld } from '../testing/while-held.ts';
import { write } from './write.ts';

const SCOPES = ['api_keys.revoke', 'api_keys.read'] as const;
/** Changes nothing, and takes the lock that every change of the organization needs first. */
const HOLD_CHAIN_END = 'select 1 from audit_chain where organization_id = $organization for update';

let app: TestApp;
let query: Query;
let owner: Client;
let organizationId: string;
let roleId: string;

beforeAll(async () => {
  app = await startTestApp();
  query = queryDatabase(app.database);
  owner = await claimServer(app);
  ({ organizationId } = await claimedOrganization(app));
  await choosePlan(app, 'enterprise');
  const role = await owner.post<{ id: string }>('/v1/roles', {
    name: 'Revoker',
    description: '',
    scopes: [...SCOPES, 'api_keys.create'],
  });
  roleId = role.body.id;
});

afterEach(async () => {
  const scopes = [...SCOPES, 'api_keys.create'];
  await query('update role set scopes = $1 where id = $2', [scopes, roleId]);
});

/** A member whose key and session may both disable the target. */
interface Scene extends Person {
  readonly key: TestKey;
  readonly target: TestKey;
}

async function createScene(): Promise<Scene> {
  const person = await addMember(app, organizationId, 'admin');
  const moved = await owner.patch(`/v1/members/${person.memberId}`, { roleId });
  expect(moved.status).toBe(200);
  const target = await makeKey(app, person.client);
  return { ...person, key: await makeKey(app, person.client, { scopes: SCOPES }), target };
}

/** Sends the request while a transaction that has run the statements is not committed yet. */
function overtaken(
  scene: Scene,
  statements: readonly string[],
  send: () => Promise<Answer>,
): Promise<Answer> {
  const run = async (holder: pg.Client) => {
    for (const statement of statements) await holder.query(fill(statement, scene));
  };
  return whileHeld(app.database, run, send);
}

function fill(statement: string, { memberId, key }: Scene): string {
  return statement
    .replaceAll('$organization', `'${organizationId}'`)
    .replaceAll('$member', `'${memberId}'`)
    .replaceAll('$key', `'${key.id}'`)
    .replaceAll('$role', `'${roleId}'`);
}

type Case = readonly [what: string, statements: readonly string[], code: Problem['code']];

const SUSPENDED = "update member set status = 'suspended' where id = $member";
const REMOVED = "update member set status = 'removed' where id = $member";
const DEMOTED = "update member set role_id = 'role_billing' where id = $member";
const ROLE_EDITED = [
  HOLD_CHAIN_END,
  "update role set scopes = array['api_keys.read'] where id = $role",
];
/** As a reset of the password and a sign-out do, which also append to the chain. */
const SIGNED_OUT = [
  HOLD_CHAIN_END,
  'delete from session where user_id = (select user_id from member where id = $member)',
];
const KEY = (set: string) => `update api_key set ${set} where id = $key`;

const BY_KEY: readonly Case[] = [
  ['its owner is suspended', [SUSPENDED], 'owner_inactive'],
  ['its owner is removed', [REMOVED], 'owner_inactive'],
  ['its owner gets a role without the scope', [DEMOTED], 'insufficient_scope'],
  ['the role of its owner loses the scope', ROLE_EDITED, 'insufficient_scope'],
  ['the key is disabled', [KEY("status = 'disabled'")], 'disabled'],
  ['the key is revoked', [KEY("status = 'revoked', revoked_at = now()")], 'revoked'],
  ['the key expires', [KEY("expires_at = now() - interval '1 s'")], 'expired'],
  ['the key loses the scope', [KEY("scopes = array['api_keys.read']")], 'insufficient_scope'],
  ['the key is deleted', ['delete from api_key where id = $key'], 'invalid_key'],
];
const BY_SESSION: readonly Case[] = [
  ['the member is suspended', [SUSPENDED], 'member_suspended'],
  ['the member is removed', [REMOVED], 'member_suspended'],
  ['the member gets a role without the scope', [DEMOTED], 'insufficient_scope'],
  ['the role of the member loses the scope', ROLE_EDITED, 'insufficient_scope'],
  ['the session ends', SIGNED_OUT, 'unauthenticated'],
];

describe('a request by key that is overtaken', () => {
  it.each(BY_KEY)(
    'is refused when %s before its change commits',
    async (_what, statements, code) => {
      const scene = await createScene();
      const { key, target } = scene;

      const answer = await overtaken(scene, statements, () => disable(key.client, target));

      expect(answer.problem.code).toBe(code);
      expect((await owner.get(`/v1/api-keys/${target.id}`)).body).toMatchObject({
        status: 'active',
      });
    },
  );

  it('succeeds after the wait when nothing was taken from it', async () => {
    const scene = await createScene();
    const rename = KEY("name = 'renamed meanwhile'");

    const answer = await overtaken(scene, [rename], () => disable(scene.key.client, scene.target));

    expect(answer.body).toMatchObject({ status: 'disabled' });
  });
});

describe('a request by session that is overtaken', () => {
  it.each(BY_SESSION)(
    'is refused when %s before its change commits',
    async (_what, statements, code) => {
      const scene = await createScene();
      // From here on, no request needs to note again when the member was last seen.
      await scene.client.get('/v1/whoami');

      const answer = await overtaken(scene, statements, () => disable(scene.client, scene.target));

      expect(answer.problem.code).toBe(code);
      expect((await owner.get(`/v1/api-keys/${scene.target.id}`)).body).toMatchObject({
        status: 'active',
      });
    },
  );
});

describe('a second creation, which relies on what the first one read,', () => {
  /** Creates keys for the caller, the second of which asks for nothing. */
  async function createFirst(by: Client): Promise<void> {
    await makeKey(app, by);
    const names = await namesOfStatements(() => makeKey(app, by));
    expect(names).toContainEqual(expect.stringMatching(/^expect-lock-creation-/));
  }

  const create = (by: Client): Promise<Answer> =>
    by.post('/v1/api-keys', { name: 'late', profile: 'custom', scopes: ['api_keys.read'] });

  const countKeys = () => query('select id from api_key where name = $1', ['late']);

  it.each(BY_KEY)(
    'is refused by key when %s before it commits',
    async (_what, statements, code) => {
      const scene = await createScene();
      const key = await makeKey(app, scene.client, {
        scopes: ['api_keys.create', 'api_keys.read'],
      });
      await createFirst(key.client);

      const answer = await overtaken({ ...scene, key }, statements, () => create(key.client));

      expect(answer.problem.code).toBe(code);
      expect(await countKeys()).toEqual([]);
    },
  );

  it.each(BY_SESSION)('is refused by session when %s before it commits', async (...each) => {
    const [, statements, code] = each;
    const scene = await createScene();
    await createFirst(scene.client);

    const answer = await overtaken(scene, statements, () => create(scene.client));

    expect(answer.problem.code).toBe(code);
    expect(await countKeys()).toEqual([]);
  });

  it('keeps to the chain that another process has moved', async () => {
    const scene = await createScene();
    await createFirst(scene.client);
    const key = await makeKey(app, owner, { profile: 'organization' });
    const other = await startTestApp({ database: app.database });
    await makeKey(other, withKey(other, key.secret));
    await makeKey(app, scene.client);
    expect(await findBrokenLink(app, organizationId)).toBeUndefined();
  });
});

/** Of the prepared statements that the process sends meanwhile. */
async function namesOfStatements(work: () => Promise<unknown>): Promise<string[]> {
  const spy = vi.spyOn(pg.Connection.prototype, 'bind');
  try {
    await work();
    return spy.mock.calls.map(([config]) => config?.statement ?? '');
  } finally {
    spy.mockRestore();
  }
}

describe('a context', () => {
  it('that holds less than its member is refused without a transaction', async () => {
    const ctx = { ...contextOf(await createScene()), scopes: NO_SCOPES };
    await expect(writeInVain(ctx)).rejects.toMatchObject({ code: 'insufficient_scope' });
  });

  it('of another organization is refused, whether a member or a key acts', async () => {
    const scene = await createScene();
    const other = await addOrganization(app, 'Other');
    const ctx = { ...contextOf(scene), organizationId: other.organizationId };
    await expect(writeInVain(ctx)).rejects.toMatchObject({ code: 'member_suspended' });
    const actor = { type: 'key', memberId: scene.memberId, keyId: scene.key.id } as const;
    await expect(writeInVain({ ...ctx, actor })).rejects.toMatchObject({ code: 'invalid_key' });
    const mixed = { ...actor, memberId: other.owner.memberId };
    await expect(writeInVain({ ...contextOf(scene), actor: mixed })).rejects.toMatchObject({
      code: 'invalid_key',
    });
  });
});

/** As if the member's session had been admitted with every scope. */
function contextOf({ memberId, userId }: Scene): Ctx {
  const now = new Date();
  const session = {
    id: 'none',
    factors: [],
    signedInAt: now,
    authenticatedAt: now,
    expiresAt: now,
  };
  return {
    services: app.services,
    organizationId,
    actor: { type: 'member', memberId, userId, session },
    scopes: scopeSet(SCOPES),
    workspaceId: null,
    origin: { requestId: 'req_test', ip: null, userAgent: null },
    idempotencyKey: null,
  };
}

async function writeInVain(ctx: Ctx): Promise<void> {
  const before = await readTables(app);
  try {
    await write(ctx, { scope: 'api_keys.revoke', action: 'api_key.disable' }, () => {
      throw new Error('The change ran');
    });
  } finally {
    expect(await readTables(app)).toEqual(before);
  }
}

function disable(client: Client, target: TestKey): Promise<Answer> {
  return client.post(`/v1/api-keys/${target.id}/disable`);
}
