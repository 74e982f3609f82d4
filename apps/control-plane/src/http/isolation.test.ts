import {
  BUILT_IN_ROLES,
  type Route,
  type RouteName,
  routes,
  type Scope,
} from '@tollkeeper/contract';
import { NOTHING_CREATED } from '@tollkeeper/contract/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../testing/client.ts';
import { addMember, addOrganization, setMemberStatus } from '../testing/people.ts';
import { visitor } from '../testing/sign-in.ts';
import { readTables } from '../testing/tables.ts';
import { startTestApp, type TestApp } from '../testing/test-app.ts';
import { attack, createVictim, type Victim } from './isolation.fixture.ts';

const guarded = (Object.entries(routes) as [RouteName, Route][]).filter(
  ([, route]) => route.access !== 'public',
);
const onThings = guarded.filter(([, route]) => route.path.includes('{'));

let app: TestApp;
let victim: Victim;

beforeAll(async () => {
  app = await startTestApp();
  victim = await createVictim(app);
});

/** Runs the operation and requires that it left every row of every table as it was. */
async function attackInVain(client: Client, name: RouteName) {
  const before = await readTables(app);
  const answer = await attack(client, name, victim);
  expect(await readTables(app), `${name} changed something`).toEqual(before);
  return answer;
}

describe('somebody without a session', () => {
  it.each(guarded)('is refused by %s', async (name) => {
    const answer = await attackInVain(visitor(app), name);
    expect([answer.status, answer.problem.code]).toEqual([401, 'unauthenticated']);
  });
});

describe('a suspended member', () => {
  let suspended: Client;
  beforeAll(async () => {
    const person = await addMember(app, victim.organizationId, 'admin');
    await setMemberStatus(app, person.memberId, 'suspended');
    suspended = person.client;
  });

  it.each(guarded)('is refused by %s', async (name) => {
    const answer = await attackInVain(suspended, name);
    expect([answer.status, answer.problem.code]).toEqual([403, 'member_suspended']);
  });
});

describe('the owner of another organization', () => {
  let stranger: Client;
  beforeAll(async () => {
    stranger = (await addOrganization(app, 'Other')).owner.client;
  });

  it.each(onThings)('finds nothing through %s', async (name) => {
    const answer = await attackInVain(stranger, name);
    expect([answer.status, answer.problem.code]).toEqual([404, 'not_found']);
  });

  it('does not get in by naming the organization', async () => {
    const answer = await stranger.raw('GET', '/v1/organization', undefined, {
      'x-organization-id': victim.organizationId,
    });
    expect(answer.status).toBe(404);
  });
});

describe.each(['developer', 'viewer', 'billing'] as const)('a member with the role %s', (role) => {
  const held = new Set<Scope>(BUILT_IN_ROLES.find(({ id }) => id === `role_${role}`)?.scopes);
  const beyond = guarded.filter(
    ([, { access }]) => access !== 'credential' && !held.has(access as Scope),
  );
  let client: Client;
  beforeAll(async () => {
    client = (await addMember(app, victim.organizationId, role)).client;
  });

  it.each(beyond)('is refused by %s, which needs more', async (name, route) => {
    const answer = await attackInVain(client, name);
    expect([answer.status, answer.problem.code]).toEqual([403, 'insufficient_scope']);
    expect(answer.problem.scopes).toEqual([route.access]);
  });
});

describe('a key with every scope, confined to another workspace', () => {
  const changing = guarded.filter(
    ([name, { method }]) =>
      method !== 'GET' &&
      !['verifyKey', 'createKey', 'confirmSession', 'getKeysCreated'].includes(name),
  );

  /** They answer 200, and refuse each key by itself. */
  const BULK: readonly RouteName[] = [
    'disableKeys',
    'enableKeys',
    'revokeKeys',
    'confirmKeyReviews',
  ];

  it('counts nothing that keys outside the workspace created', async () => {
    const answer = await attackInVain(victim.confined, 'getKeysCreated');
    expect(answer.body).toEqual(NOTHING_CREATED);
  });

  it.each(BULK)('changes no key through %s', async (name) => {
    const answer = await attackInVain(victim.confined, name);
    expect(answer.body).toMatchObject({ results: [{ error: { code: 'not_found' } }] });
  });

  it.each(changing.filter(([name]) => !BULK.includes(name)))(
    'changes nothing through %s',
    async (name) => {
      const answer = await attackInVain(victim.confined, name);
      expect([403, 404], answer.problem?.detail).toContain(answer.status);
      expect(['outside_workspace', 'not_found']).toContain(answer.problem.code);
    },
  );

  it.each(onThings.filter(([, { method }]) => method === 'GET'))(
    'sees nothing through %s',
    async (name) => {
      expect((await attackInVain(victim.confined, name)).status).toBe(404);
    },
  );
});
