import { beforeAll, describe, expect, it } from 'vitest';
import { join } from '../../testing/join.ts';
import { makeKey } from '../../testing/keys.ts';
import { claimedOrganization } from '../../testing/people.ts';
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
