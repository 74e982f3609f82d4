import { BUILT_IN_ROLES, type Identity, type Member } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { keyTotal } from '../../db/schema/index.ts';
import { newestAuditEvent } from '../../testing/audit-log.ts';
import type { Client } from '../../testing/client.ts';
import { type Joined, join } from '../../testing/join.ts';
import { makeKey } from '../../testing/keys.ts';
import type { Query } from '../../testing/query-database.ts';
import { startOrganization } from '../../testing/start-organization.ts';
import type { TestApp } from '../../testing/test-app.ts';
import { FORMER_OWNERS_MAX } from './hand-over-keys.ts';

let app: TestApp;
let owner: Client;
let query: Query;
let admin: Joined;

beforeAll(async () => {
  ({ app, owner, query } = await startOrganization());
  admin = await join(app, owner, 'Alan', 'role_admin');
});

const remove = (client: Client, id: string, heirId?: string) =>
  client.delete(`/v1/members/${id}${heirId === undefined ? '' : `?handOverTo=${heirId}`}`);

describe('handing over the keys of a member who is removed', () => {
  it('gives them to the named member, whose ceiling then holds', async () => {
    const dev = await join(app, owner, 'Dino', 'role_developer');
    const heir = await join(app, owner, 'Vera', 'role_viewer');
    const key = await makeKey(app, dev.client, { profile: 'workspace' });
    const old = await makeKey(app, dev.client, { profile: 'workspace' });
    await dev.client.post(`/v1/api-keys/${old.id}/revoke`, {});
    expect((await remove(owner, dev.memberId, heir.memberId)).status).toBe(204);

    const { body: identity } = await key.client.get<Identity>('/v1/whoami');
    expect(identity.member.id).toBe(heir.memberId);
    expect(identity.scopes).toContain('api_keys.read');
    expect(identity.scopes).not.toContain('api_keys.create');
    expect((await old.client.get('/v1/whoami')).problem.code).toBe('revoked');
    const { body } = await owner.get<{ data: Member[] }>('/v1/members');
    expect(body.data.find((each) => each.id === heir.memberId)?.keysCount).toBe(1);
    expect((await newestAuditEvent(app)).after).toEqual({
      roleId: 'role_developer',
      status: 'removed',
      keysHandedTo: heir.memberId,
      handedKeys: [key.id],
      deletedJoinKeys: [],
    });
    await app.services.usage.flush();
    const totals = await app.services.db
      .select()
      .from(keyTotal)
      .where(eq(keyTotal.memberId, heir.memberId));
    expect(totals).toMatchObject([{ created: 0, lastCallAt: expect.any(Date) }]);
  });

  it('is refused for a key that many members have owned: each of them stays linked to it', async () => {
    const dev = await join(app, owner, 'Manu', 'role_developer');
    const heir = await join(app, owner, 'Heidi', 'role_developer');
    const key = await makeKey(app, dev.client, { name: 'passed around' });
    // Who owned it before and owns it again is one of them; a key that rotated it is none.
    const former = Array.from({ length: FORMER_OWNERS_MAX - 1 }, (_, at) => `mem_former${at}`);
    await query(
      `insert into key_rotation (organization_id, rotated_by, key_id, first_at, last_at)
       select organization_id, rotator, id, now(), now()
       from api_key, unnest($2::text[]) as rotator where id = $1`,
      [key.id, [...former, 'mem_one_more', dev.memberId, 'key_rotator']],
    );
    const refused = await remove(owner, dev.memberId, heir.memberId);
    expect(refused.problem).toMatchObject({
      status: 409,
      code: 'invalid_state',
      detail: expect.stringMatching(/^Cannot hand over the key "passed around": 20 other members/),
    });
    const held = BUILT_IN_ROLES.find(({ id }) => id === 'role_developer')?.scopes ?? [];
    const blind = await makeKey(app, owner, { scopes: ['members.remove', ...held] });
    const unnamed = await remove(blind.client, dev.memberId, heir.memberId);
    expect(unnamed.problem.detail).toMatch(/^Cannot hand over one of the keys: 20 other members/);
    expect((await key.client.get('/v1/whoami')).status).toBe(200);
    await query(`delete from key_rotation where rotated_by = 'mem_one_more'`);
    expect((await remove(owner, dev.memberId, heir.memberId)).status).toBe(204);
  });

  it('is refused when the keys could then do more than the remover may', async () => {
    const role = await owner.post<{ id: string }>('/v1/roles', {
      name: 'Janitor',
      scopes: ['members.remove', 'billing.read'],
    });
    const janitor = await join(app, owner, 'Jan', role.body.id);
    const dev = await join(app, owner, 'Demo', 'role_admin');
    const key = await makeKey(app, dev.client, { profile: 'organization' });
    await owner.patch(`/v1/members/${dev.memberId}`, { roleId: role.body.id });
    const refused = await remove(janitor.client, dev.memberId, admin.memberId);
    expect(refused.problem).toMatchObject({ status: 403, code: 'scope_not_held' });
    expect(JSON.stringify(refused.problem)).not.toContain('api_keys.create');
    await owner.patch(`/v1/roles/${role.body.id}`, {
      scopes: ['members.remove', 'billing.read', 'api_keys.read'],
    });
    const named = await remove(janitor.client, dev.memberId, admin.memberId);
    expect(named.problem.scopes).toContain('api_keys.create');
    expect((await key.client.get<Identity>('/v1/whoami')).body.member.id).toBe(dev.memberId);
  });

  it('is refused to an heir who is not an active member of this organization', async () => {
    const dev = await join(app, owner, 'Dan', 'role_developer');
    const gone = await join(app, owner, 'Gone', 'role_developer');
    const asleep = await join(app, owner, 'Asleep', 'role_developer');
    await remove(owner, gone.memberId);
    await owner.post(`/v1/members/${asleep.memberId}/suspend`);
    const cases = [
      ['mem_00000000000000000000', 404, 'not_found'],
      [gone.memberId, 404, 'not_found'],
      [asleep.memberId, 422, 'validation_failed'],
      [dev.memberId, 422, 'validation_failed'],
      ['nobody', 422, 'validation_failed'],
    ] as const;
    for (const [heirId, status, code] of cases) {
      expect((await remove(owner, dev.memberId, heirId)).problem).toMatchObject({ status, code });
    }
    expect((await dev.client.get('/v1/whoami')).status).toBe(200);
  });
});
