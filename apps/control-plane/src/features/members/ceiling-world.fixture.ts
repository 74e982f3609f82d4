import { BUILT_IN_ROLES, type InvitationWithLink, type Scope } from '@tollkeeper/contract';
import type { Answer, Client } from '../../testing/client.ts';
import { join, tokenOf } from '../../testing/join.ts';
import { PASSWORD } from '../../testing/people.ts';
import { startOrganization } from '../../testing/start-organization.ts';
import { OWNER, type TestApp } from '../../testing/test-app.ts';

export interface Person {
  readonly memberId: string;
  readonly client: Client;
  readonly email: string;
  readonly password: string;
  roleId: string;
  isSuspended: boolean;
}

export interface ModelKey {
  readonly id: string;
  /** What it was given; nothing in these sequences edits a key. */
  readonly scopes: readonly Scope[];
  /** What its creator, a member or a key, could do when it was made. */
  readonly creatorHeld: ReadonlySet<Scope>;
  readonly creator: ModelKey | undefined;
  client: Client;
  owner: Person;
}

/** The organization, and beside it what we believe of it. */
export interface World {
  readonly app: TestApp;
  readonly people: readonly Person[];
  /** By id, the custom ones too. */
  readonly roles: Map<string, ReadonlySet<Scope>>;
  readonly customRoleIds: readonly string[];
  keys: ModelKey[];
}

const FIRST_ROLES = ['role_owner', 'role_admin', 'role_developer'] as const;
const CUSTOM_SCOPES: readonly Scope[] = ['api_keys.create', 'api_keys.read', 'members.read'];

export async function startWorld(): Promise<World> {
  const { app, owner } = await startOrganization();
  const customRoleIds: string[] = [];
  for (const name of ['One', 'Two']) {
    const { body } = await owner.post<{ id: string }>('/v1/roles', { name, scopes: CUSTOM_SCOPES });
    customRoleIds.push(body.id);
  }
  const { body } = await owner.get<{ member: { id: string } }>('/v1/whoami');
  const people = [person(body.member.id, owner, OWNER.email, OWNER.password, 'role_owner')];
  for (const [name, roleId] of [
    ['Ann', 'role_admin'],
    ['Bob', 'role_developer'],
    ['Cyn', 'role_viewer'],
  ] as const) {
    const { memberId, client, email } = await join(app, owner, name, roleId);
    people.push(person(memberId, client, email, PASSWORD, roleId));
  }
  const roles = new Map(BUILT_IN_ROLES.map((each) => [each.id as string, new Set(each.scopes)]));
  return { app, people, roles, customRoleIds, keys: [] };
}

function person(
  memberId: string,
  client: Client,
  email: string,
  password: string,
  roleId: string,
): Person {
  return { memberId, client, email, password, roleId, isSuspended: false };
}

/** Back to where every sequence begins, by the same API; keys of before are forgotten. */
export async function reset(world: World): Promise<void> {
  const [first] = world.people;
  if (first && boss(world) !== first) {
    await reinstate(world, first);
    await transfer(world, first);
  }
  for (const [at, each] of world.people.entries()) {
    await reinstate(world, each);
    if (at > 0) await changeRole(world, each, FIRST_ROLES[at] ?? world.customRoleIds[0] ?? '');
  }
  for (const id of world.customRoleIds) await editRole(world, id, CUSTOM_SCOPES);
  world.keys = [];
}

/** Current owner of the organization. */
export function boss({ people }: World): Person {
  const found = people.find((each) => each.roleId === 'role_owner');
  if (!found) throw new Error('Nobody owns the organization');
  return found;
}

export async function changeRole(world: World, who: Person, roleId: string): Promise<void> {
  if (who === boss(world)) return;
  done(await boss(world).client.patch(`/v1/members/${who.memberId}`, { roleId }));
  who.roleId = roleId;
}

export async function editRole(world: World, id: string, scopes: readonly Scope[]): Promise<void> {
  done(await boss(world).client.patch(`/v1/roles/${id}`, { scopes }));
  world.roles.set(id, new Set(scopes));
}

export async function suspend(world: World, who: Person): Promise<void> {
  if (who === boss(world) || who.isSuspended) return;
  done(await boss(world).client.post(`/v1/members/${who.memberId}/suspend`));
  who.isSuspended = true;
}

export async function reinstate(world: World, who: Person): Promise<void> {
  if (!who.isSuspended) return;
  done(await boss(world).client.post(`/v1/members/${who.memberId}/reinstate`));
  who.isSuspended = false;
}

export async function transfer(world: World, heir: Person): Promise<void> {
  const from = boss(world);
  if (heir === from || heir.isSuspended) return;
  const { memberId } = heir;
  const body = { memberId, password: from.password };
  done(await from.client.post('/v1/organization/transfer', body));
  from.roleId = 'role_admin';
  heir.roleId = 'role_owner';
}

/** Removes a member, whose keys another one gets, and takes them back as a viewer without keys. */
export async function handOver(world: World, who: Person, heir: Person): Promise<void> {
  if (who === boss(world) || who === heir || heir.isSuspended) return;
  const { client } = boss(world);
  done(await client.delete(`/v1/members/${who.memberId}?handOverTo=${heir.memberId}`));
  for (const key of world.keys) if (key.owner === who) key.owner = heir;
  const invited = await client.post<InvitationWithLink>('/v1/invitations', {
    email: who.email,
    roleId: 'role_viewer',
  });
  done(await who.client.post('/v1/invitations/accept', { token: tokenOf(invited.body) }));
  who.roleId = 'role_viewer';
  who.isSuspended = false;
}

function done({ status, problem }: Answer<unknown>): void {
  if (status >= 300) throw new Error(`Refused: ${problem.detail}`);
}
