import { beforeAll, describe, expect, it } from 'vitest';
import { join } from '../../testing/join.ts';
import { makeKey } from '../../testing/keys.ts';
import { claimedOrganization } from '../../testing/people.ts';
import { whileHeld } from '../../testing/while-held.ts';
import { type CascadeWorld, startCascadeWorld } from './cascade-world.fixture.ts';

let world: CascadeWorld;

beforeAll(async () => {
  world = await startCascadeWorld();
});

describe('what lies below a key that was revoked alone', () => {
  it('is counted, and goes with the key above it', async () => {
    const { app, owner, makeRoot, revoke, created, named, statusOf, whoami, gatewayIds } = world;
    const root = await makeRoot();
    const between = await makeRoot(root.client);
    const below = await makeRoot(between.client);
    const guest = await join(app, below.client, named('Guest'), 'role_admin');
    const gatewayId = await world.joinGateway(below.client);
    expect((await revoke(owner, between.id, { cascade: false })).status).toBe(200);
    expect(await whoami(below)).toBe('valid');
    expect(await created(root.id)).toMatchObject({
      keysCount: 1,
      membersCount: 1,
      gatewaysCount: 1,
      isComplete: true,
    });
    expect((await revoke(owner, root.id)).status).toBe(200);
    expect(await whoami(below)).toBe('revoked');
    expect(await statusOf(guest)).toBe('removed');
    expect(await gatewayIds()).not.toContain(gatewayId);
  });
});

describe('a key that created little', () => {
  it('goes with it in one transaction, so that nothing below can act in between', async () => {
    const { app, owner, query, makeRoot, revoke } = world;
    const { organizationId } = await claimedOrganization(app);
    const root = await makeRoot();
    const child = await makeRoot(root.client);
    await makeKey(app, child.client);
    const last = await query<{ max: string }>('select max(sequence) from audit_event');
    expect((await revoke(owner, root.id)).status).toBe(200);
    const written = await query(
      `select array_agg(action order by sequence) as actions from audit_event
      where sequence > $1 and organization_id = $2 group by xmin::text`,
      [last[0]?.max, organizationId],
    );
    const key = 'api_key.revoke';
    expect(written).toEqual([{ actions: [key, 'api_key.cascade', key, key] }]);
  });
});

describe('keys that gave each other so many new secrets that a search takes long', () => {
  it('are ended after the key is revoked: it stops at once', async () => {
    const { app, owner, query, makeRoot, revoke } = world;
    const { organizationId } = await claimedOrganization(app);
    const root = await makeRoot();
    const count = 230;
    await query(
      `insert into api_key (id, organization_id, member_id, name, prefix, status, profile, scopes,
         allowed_ips, created_at, created_by_key_id, leads_on)
       select 'key_' || substr(md5(id || n), 1, 20), organization_id, member_id, 'dense',
         'tk_live_AAAA', 'active', 'custom', '{}', '{}', now(), id, true
       from api_key, generate_series(1, ${count}) as n where id = $1`,
      [root.id],
    );
    await query(
      `insert into key_rotation (organization_id, rotated_by, key_id, first_at, last_at)
       select one.organization_id, one.id, other.id, now(), now()
       from api_key as one join api_key as other using (created_by_key_id)
       where one.created_by_key_id = $1`,
      [root.id],
    );
    const last = await query<{ max: string }>('select max(sequence) from audit_event');
    expect((await revoke(owner, root.id)).status).toBe(200);
    const written = await query<{ first: string; events: number }>(
      `select min(action) as first, count(*)::int as events from audit_event
       where sequence > $1 and organization_id = $2 group by xmin::text order by min(sequence)`,
      [last[0]?.max, organizationId],
    );
    expect(written).toEqual([
      { first: 'api_key.revoke', events: 1 },
      { first: 'api_key.cascade', events: 1 + count },
    ]);
  });
});

describe('a cascade that is repeated when nothing is left', () => {
  it('lets others change things while it searches', async () => {
    const { app, owner, makeRoot, revoke } = world;
    const root = await makeRoot();
    await makeKey(app, root.client);
    expect((await revoke(owner, root.id)).status).toBe(200);
    const others: number[] = [];
    const repeated = await whileHeld(
      app.database,
      (holder) => holder.query('lock table deleted_key in access exclusive mode'),
      () => revoke(owner, root.id),
      async () => {
        const body = { name: 'meanwhile', environment: 'test' };
        others.push((await owner.post('/v1/workspaces', body)).status);
      },
    );
    expect(others).toEqual([201]);
    expect(repeated.status).toBe(409);
  });
});

describe('a caller without api_keys.manage_all', () => {
  it('is refused only the keys that led to one of another member', async () => {
    const { app, owner, makeRoot, named, whoami } = world;
    const colleague = await join(app, owner, named('Colleague'), 'role_developer');
    const mine = ['api_keys.read', 'api_keys.create', 'api_keys.revoke'];
    const [leading, other] = [
      await makeRoot(),
      await makeKey(app, colleague.client, { scopes: mine }),
    ];
    const rotator = await makeKey(app, colleague.client, { scopes: mine });
    await world.query('update api_key set created_by_key_id = $1 where id = $2', [
      rotator.id,
      leading.id,
    ]);
    await world.letAMinutePass();
    const below = await makeKey(app, other.client, { scopes: mine });
    const answer = await colleague.client.post<{
      results: { error: { code: string } | null }[];
    }>('/v1/api-keys/revoke', { ids: [rotator.id, other.id], cascade: true });
    expect(answer.body.results.map(({ error }) => error?.code ?? null)).toEqual([
      'insufficient_scope',
      null,
    ]);
    expect(await whoami(below)).toBe('revoked');
    expect(await whoami(leading)).toBe('valid');
  });
});
