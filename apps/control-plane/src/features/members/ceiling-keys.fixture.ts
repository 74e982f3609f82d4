import type { ApiKeyWithSecret, Identity, Scope } from '@tollkeeper/contract';
import { expect } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { withKey } from '../../testing/test-app.ts';
import type { ModelKey, Person, World } from './ceiling-world.fixture.ts';

export interface Creator {
  readonly client: Client;
  readonly owner: Person;
  readonly held: ReadonlySet<Scope>;
}

/** The member or the key makes a key, or is refused, as the model foresees. */
export async function make(
  world: World,
  { client, owner, held }: Creator,
  creator: ModelKey | undefined,
  wish: { readonly scopes: readonly Scope[]; readonly isWithin: boolean },
): Promise<void> {
  const within = wish.scopes.filter((scope) => held.has(scope));
  const given = wish.isWithin && within.length > 0 ? within : wish.scopes;
  const body = { name: 'a key', profile: 'custom', scopes: given };
  const answer = await client.post<ApiKeyWithSecret>('/v1/api-keys', body);
  const may = held.has('api_keys.create') && given.every((scope) => held.has(scope));
  expect(answer.status === 201, `making ${given} with ${[...held]}`).toBe(may);
  if (!may) return;
  const { id, secret = '' } = answer.body;
  const made = { id, scopes: given, creatorHeld: held, creator, owner };
  world.keys.push({ ...made, client: withKey(world.app, secret) });
}

/** Rotating returns the secret, so this too must stay within what the caller holds. */
export async function rotate(world: World, by: ModelKey, key: ModelKey): Promise<void> {
  const held = expected(world, by);
  const answer = await by.client.post<ApiKeyWithSecret>(`/v1/api-keys/${key.id}/rotate`, {});
  const sees = by.owner === key.owner || held.has('api_keys.manage_all');
  const may = held.has('api_keys.create') && key.scopes.every((scope) => held.has(scope));
  expect(answer.status === 200, `rotating ${key.scopes} with ${[...held]}`).toBe(sees && may);
  if (answer.status === 200) key.client = withKey(world.app, answer.body.secret ?? '');
}

export async function expectWithinCeiling(world: World, key: ModelKey): Promise<void> {
  const { status, body, problem } = await key.client.get<Identity>('/v1/whoami');
  if (key.owner.isSuspended) return expect(problem.code).toBe('owner_inactive');
  expect(status).toBe(200);
  const ofOwner = roleOf(world, key.owner);
  expect(
    body.scopes.filter((scope) => !ofOwner.has(scope)),
    'beyond its owner',
  ).toEqual([]);
  const ofCreator = key.creator ? expected(world, key.creator) : key.creatorHeld;
  for (const bound of [ofCreator, key.creatorHeld]) {
    expect(
      body.scopes.filter((scope) => !bound.has(scope)),
      'beyond its creator',
    ).toEqual([]);
  }
  expect(new Set(body.scopes), 'all that it may').toEqual(expected(world, key));
}

/** What the key should be able to do now. */
export function expected(world: World, key: ModelKey): ReadonlySet<Scope> {
  if (key.owner.isSuspended) return new Set();
  const held = roleOf(world, key.owner);
  return new Set(key.scopes.filter((scope) => held.has(scope)));
}

export function roleOf({ roles }: World, { roleId }: Person): ReadonlySet<Scope> {
  return roles.get(roleId) ?? new Set();
}
