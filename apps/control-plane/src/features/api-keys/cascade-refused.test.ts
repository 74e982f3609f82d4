import { beforeAll, expect, it } from 'vitest';
import { join } from '../../testing/join.ts';
import { makeKey } from '../../testing/keys.ts';
import { type CascadeWorld, startCascadeWorld } from './cascade-world.fixture.ts';

interface Revoked {
  readonly results: readonly { readonly error: { readonly code: string } | null }[];
}

const LESSER = [
  'api_keys.read',
  'api_keys.create',
  'api_keys.revoke',
  'members.read',
  'members.invite',
  'members.remove',
];
const SCOPES = [...LESSER, 'api_keys.manage_all'];

let world: CascadeWorld;

beforeAll(async () => {
  world = await startCascadeWorld();
});

/**
 * Two keys of somebody who loses power over the keys of others: the first admitted a member, the second
 * gave that member's key a new secret.
 */
async function plant() {
  const { app, owner, named } = world;
  const makeRole = async (scopes: readonly string[]) =>
    (await owner.post<{ id: string }>('/v1/roles', { name: named('Role'), scopes })).body.id;
  const roleId = await makeRole(SCOPES);
  const caller = await join(app, owner, named('Cal'), roleId);
  const inviter = await makeKey(app, caller.client, { scopes: SCOPES });
  const rotator = await makeKey(app, caller.client, { scopes: SCOPES });
  const guestRoleId = await makeRole(['api_keys.read', 'api_keys.create']);
  const guest = await join(app, inviter.client, named('Guest'), guestRoleId);
  const key = await makeKey(app, guest.client);
  const body = { graceSeconds: 3600 };
  expect((await rotator.client.post(`/v1/api-keys/${key.id}/rotate`, body)).status).toBe(200);
  const foreign = await makeKey(app, owner);
  return {
    inviter,
    rotator,
    guest,
    key,
    rotateForeign: async () => {
      const answer = await inviter.client.post(`/v1/api-keys/${foreign.id}/rotate`, body);
      expect(answer.status).toBe(200);
    },
    loseManageAll: () => owner.patch(`/v1/roles/${roleId}`, { scopes: LESSER }),
    revoke: async (...ids: readonly string[]) => {
      const asked = { ids, cascade: true };
      const answer = await caller.client.post<Revoked>('/v1/api-keys/revoke', asked);
      return answer.body.results.map(({ error }) => error?.code ?? null);
    },
  };
}

it('does not take the key of a member whom only a refused tree would remove', async () => {
  const { inviter, rotator, guest, key, rotateForeign, loseManageAll, revoke } = await plant();
  await rotateForeign();
  await loseManageAll();
  expect(await revoke(inviter.id, rotator.id)).toEqual([
    'insufficient_scope',
    'insufficient_scope',
  ]);
  expect([await world.statusOf(guest), await world.whoami(key)]).toEqual(['active', 'valid']);
});

it('takes the key of a member whom its own tree removes, and only stops the other in any order', async () => {
  const { inviter, rotator, guest, key, loseManageAll, revoke } = await plant();
  await loseManageAll();
  expect(await revoke(rotator.id, inviter.id)).toEqual(['insufficient_scope', null]);
  expect([await world.statusOf(guest), await world.whoami(key)]).toEqual(['removed', 'revoked']);
  expect(await world.whoami(rotator)).toBe('revoked');
});

it('takes a key along that the caller could not revoke alone, where it is in the tree of another', async () => {
  const { inviter, rotator, key, loseManageAll, revoke } = await plant();
  expect((await inviter.client.post(`/v1/api-keys/${rotator.id}/rotate`, {})).status).toBe(200);
  await loseManageAll();
  expect(await revoke(rotator.id, inviter.id)).toEqual([null, null]);
  expect([await world.whoami(rotator), await world.whoami(key)]).toEqual([
    'invalid_key',
    'revoked',
  ]);
});
